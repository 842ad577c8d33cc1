using System.Globalization;

namespace Elman;

/// <summary>One setting of a search: how values are drawn, without knowledge or with what other trials showed.</summary>
internal abstract class SearchDimension(string name)
{
    /// <summary>Values that are looked at before one is drawn with knowledge (Bergstra et al. 2011; 24 as in Optuna).</summary>
    protected const int Candidates = 24;

    public string Name => name;

    /// <summary>The bounds as a text.</summary>
    public abstract string Description { get; }

    /// <summary>Any value.</summary>
    public abstract string Draw(RandomStream random);

    /// <summary>The value, of a few drawn near the good ones, that is likeliest among the good and unlikeliest among the others.</summary>
    public abstract string Draw(RandomStream random, IReadOnlyList<string> good, IReadOnlyList<string> others);
}

/// <summary>One of some values without an order.</summary>
internal sealed class ChoiceDimension(string name, string[] texts) : SearchDimension(name)
{
    public override string Description => $"{Name} {string.Join('|', texts)}";

    public override string Draw(RandomStream random) => texts[random.NextInt(texts.Length)];

    public override string Draw(RandomStream random, IReadOnlyList<string> good, IReadOnlyList<string> others)
    {
        double[] likely = Shares(good), unlikely = Shares(others);
        int best = Drawn(random, likely);
        for (int i = 1; i < Candidates; i++)
        {
            int other = Drawn(random, likely);
            if (likely[other] * unlikely[best] > likely[best] * unlikely[other]) best = other;
        }
        return texts[best];
    }

    /// <summary>How often each value was seen, all of them once before the first trial.</summary>
    private double[] Shares(IReadOnlyList<string> seen) => [.. texts.Select(text => (1.0 + seen.Count(one => one == text)) / (texts.Length + seen.Count))];

    private static int Drawn(RandomStream random, double[] shares)
    {
        double left = random.NextUniform();
        for (int i = 0; i < shares.Length - 1; i++)
            if ((left -= shares[i]) < 0) return i;
        return shares.Length - 1;
    }
}

/// <summary>A number. It is drawn on the unit interval, from which <paramref name="text"/> makes a value.</summary>
/// <param name="name">The setting.</param>
/// <param name="low">The value at 0.</param>
/// <param name="high">The value at 1.</param>
/// <param name="logarithmic">Whether the logarithm is even on the interval.</param>
/// <param name="text">Writes a value.</param>
/// <param name="description">The bounds as a text.</param>
internal sealed class NumberDimension(string name, double low, double high, bool logarithmic, Func<double, string> text, string description) : SearchDimension(name)
{
    public override string Description => description;

    public static NumberDimension Whole(string name, int low, int high, bool logarithmic)
    {
        Check(name, low, high, logarithmic);
        // Half a number on both sides: the outermost values are as likely as the others.
        return new NumberDimension(name, low - 0.5, high + 0.5, logarithmic,
            value => ((int)Math.Clamp(Math.Round(value), low, high)).ToString(CultureInfo.InvariantCulture), Described(name, low, high, logarithmic));
    }

    public static NumberDimension Real(string name, double low, double high, bool logarithmic)
    {
        Check(name, low, high, logarithmic);
        return new NumberDimension(name, low, high, logarithmic,
            value => Math.Clamp(ThreeDigits(value), low, high).ToString(CultureInfo.InvariantCulture),
            Described(name, low, high, logarithmic));
    }

    /// <summary>The value at a place of the unit interval.</summary>
    public string Text(double at) => text(logarithmic ? Math.Exp(Between(Math.Log(low), Math.Log(high), at)) : Between(low, high, at));

    public override string Draw(RandomStream random) => Text(random.NextUniform());

    public override string Draw(RandomStream random, IReadOnlyList<string> good, IReadOnlyList<string> others)
    {
        ParzenDensity likely = new([.. good.Select(Place).OfType<double>()]), unlikely = new([.. others.Select(Place).OfType<double>()]);
        (double best, double most) = (0, double.NegativeInfinity);
        for (int i = 0; i < Candidates; i++)
        {
            double at = likely.Draw(random), gain = Math.Log(likely.At(at)) - Math.Log(unlikely.At(at));
            if (gain > most) (best, most) = (at, gain);
        }
        return Text(best);
    }

    private static double ThreeDigits(double value) => double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static double Between(double from, double to, double at) => from + (to - from) * at;

    /// <summary>Where a value lies on the unit interval; null if it is no number, such as a setting that is left to the data.</summary>
    private double? Place(string value)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)) return null;
        double at = logarithmic ? Math.Log(Math.Max(number, low) / low) / Math.Log(high / low) : (number - low) / (high - low);
        return Math.Clamp(at, 0, 1);
    }

    private static string Described(string name, double low, double high, bool logarithmic) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} {low} to {high}{(logarithmic ? " logarithmic" : "")}");

    private static void Check(string name, double low, double high, bool logarithmic)
    {
        if (!(low < high) || logarithmic && low <= 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"'{name}' needs bounds in order{(logarithmic ? " and above zero" : "")}, not {low} and {high}"));
    }
}
