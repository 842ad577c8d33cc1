namespace Elman;

/// <summary>
/// A density on the unit interval: the mean of bells around some places and of the even density, so that no value is ever ruled out. A bell is as wide as the
/// way to the farther neighbour (Bergstra et al. 2011).
/// </summary>
internal sealed class ParzenDensity
{
    private readonly double[] _centres, _widths;

    public ParzenDensity(double[] places)
    {
        _centres = [.. places.Order()];
        double narrowest = 1.0 / Math.Min(100, places.Length + 2);
        _widths = [.. _centres.Select((centre, i) => Math.Clamp(Math.Max(
            centre - (i == 0 ? 0 : _centres[i - 1]), (i == _centres.Length - 1 ? 1 : _centres[i + 1]) - centre), narrowest, 1))];
    }

    /// <summary>The density at a place.</summary>
    public double At(double place)
    {
        double sum = 1;
        for (int i = 0; i < _centres.Length; i++)
        {
            double inside = Below((1 - _centres[i]) / _widths[i]) - Below(-_centres[i] / _widths[i]), away = (place - _centres[i]) / _widths[i];
            sum += Math.Exp(-0.5 * away * away) / (_widths[i] * Math.Sqrt(2 * Math.PI) * inside);
        }
        return sum / (_centres.Length + 1);
    }

    /// <summary>A place by this density.</summary>
    public double Draw(RandomStream random)
    {
        int bell = random.NextInt(_centres.Length + 1);
        if (bell == _centres.Length) return random.NextUniform();
        while (true)
        {
            double place = _centres[bell] + _widths[bell] * random.NextNormal();
            if (place is >= 0 and <= 1) return place;
        }
    }

    /// <summary>The standard normal distribution function, as a logistic curve: it only makes the bells' areas alike.</summary>
    private static double Below(double x) => 1 / (1 + Math.Exp(-1.5976 * x - 0.07056 * x * x * x));
}
