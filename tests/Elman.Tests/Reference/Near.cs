using System.Globalization;
using System.Numerics;

namespace Elman.Tests.Reference;

/// <summary>
/// Compares computed numbers with expected ones. The error of an element is |expected − actual| relative to the largest magnitude
/// of the expected tensor: sums of products round relative to the size of their terms, so an element that cancels to
/// almost nothing may not be held to its own size. An expected tensor of zeros must therefore be met exactly.
/// </summary>
public static class Near
{
    /// <summary>Fails with the worst element unless all errors are at most <paramref name="relative"/>.</summary>
    /// <param name="expected">The reference.</param>
    /// <param name="actual">The numbers under test, as many as expected.</param>
    /// <param name="relative">The largest error allowed, relative to the largest expected magnitude.</param>
    /// <param name="what">What is compared, for the message.</param>
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double relative = 1e-5, string what = "") =>
        Compare(expected, actual, relative, what);

    /// <inheritdoc cref="Equal(ReadOnlySpan{float}, ReadOnlySpan{float}, double, string)"/>
    public static void Equal(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double relative = 1e-5, string what = "") =>
        Compare(expected, actual, relative, what);

    /// <inheritdoc cref="Equal(ReadOnlySpan{float}, ReadOnlySpan{float}, double, string)"/>
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<double> actual, double relative = 1e-5, string what = "") =>
        Compare(expected, actual, relative, what);

    /// <inheritdoc cref="Equal(ReadOnlySpan{float}, ReadOnlySpan{float}, double, string)"/>
    public static void Equal(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double relative = 1e-5, string what = "") =>
        Compare(expected, actual, relative, what);

    private static void Compare<TExpected, TActual>(
        ReadOnlySpan<TExpected> expected, ReadOnlySpan<TActual> actual, double relative, string what)
        where TExpected : INumber<TExpected>
        where TActual : INumber<TActual>
    {
        if (expected.Length != actual.Length)
            Assert.Fail($"{what}: expected {expected.Length} numbers, got {actual.Length}.");
        double scale = 0, worst = -1;
        int at = -1;
        foreach (TExpected value in expected)
            if (TExpected.IsFinite(value)) scale = Math.Max(scale, Math.Abs(double.CreateChecked(value)));
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Error(double.CreateChecked(expected[i]), double.CreateChecked(actual[i]));
            if (error > worst) (worst, at) = (error, i);
        }
        if (worst > relative * scale)
            Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                $"{what}[{at}]: expected {expected[at]}, got {actual[at]}; the error is {worst / scale:G3} of the largest "
                + $"magnitude, {scale:G6}, and may be {relative:G3}."));
    }

    /// <summary>A number that is not finite agrees with itself only.</summary>
    private static double Error(double expected, double actual) =>
        double.IsFinite(expected) && double.IsFinite(actual) ? Math.Abs(expected - actual)
        : expected.Equals(actual) ? 0
        : double.PositiveInfinity;
}
