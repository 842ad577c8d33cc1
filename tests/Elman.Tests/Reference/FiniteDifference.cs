namespace Elman.Tests.Reference;

/// <summary>Derivatives without any calculus, to check those that were derived.</summary>
public static class FiniteDifference
{
    /// <summary>Central differences, (f(v + s) − f(v − s)) / 2s for each element; the error is of the order s².</summary>
    /// <param name="at">The point, which <paramref name="value"/> reads; changed and restored.</param>
    /// <param name="value">The scalar to differentiate.</param>
    /// <param name="step">s. Smaller ones lose digits to rounding.</param>
    public static double[] Gradient(double[] at, Func<double> value, double step = 1e-5)
    {
        double[] gradient = new double[at.Length];
        for (int i = 0; i < at.Length; i++)
        {
            double kept = at[i];
            at[i] = kept + step;
            double above = value();
            at[i] = kept - step;
            gradient[i] = (above - value()) / (2 * step);
            at[i] = kept;
        }
        return gradient;
    }
}
