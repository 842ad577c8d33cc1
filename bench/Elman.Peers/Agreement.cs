using System.Globalization;

namespace Elman.Peers;

/// <summary>
/// Makes sure, before anything is measured, that the libraries compute the same. Outputs lie between −1 and 1 and must agree within 1e-4;
/// gradients within 1e-4 of the largest magnitude in the peer's gradient tensor.
/// </summary>
internal static class Agreement
{
    public const double Tolerance = 1e-4;

    /// <summary>The largest difference between two outputs.</summary>
    /// <exception cref="DisagreementException">It is too large.</exception>
    public static double Outputs(string what, ReadOnlySpan<float> own, ReadOnlySpan<float> peer) => Require(what, Difference(own, peer));

    /// <summary>The largest difference between two gradients, relative to the largest magnitude in each of the peer's tensors.</summary>
    /// <exception cref="DisagreementException">It is too large, or there are others than the peer's.</exception>
    public static double Gradients(string what, IReadOnlyDictionary<string, float[]> own, IReadOnlyDictionary<string, float[]> peer)
    {
        if (!own.Keys.ToHashSet().SetEquals(peer.Keys))
            throw new DisagreementException($"{what}: gradients of {string.Join(", ", own.Keys)} against those of {string.Join(", ", peer.Keys)}");
        return own.Max(gradient => Relative($"{what}, gradient of {gradient.Key}", gradient.Value, peer[gradient.Key]));
    }

    /// <summary>The largest difference relative to the largest of the peer's magnitudes.</summary>
    /// <exception cref="DisagreementException">It is too large.</exception>
    public static double Relative(string what, float[] own, float[] peer) => Require(what, Difference(own, peer) / Scale(peer));

    private static double Scale(float[] values) => values.Max(Math.Abs) is var largest and > 0 ? largest : 1;

    /// <summary>The largest difference between two outputs, whatever it is.</summary>
    public static double Difference(ReadOnlySpan<float> own, ReadOnlySpan<float> peer)
    {
        if (own.Length != peer.Length) return double.PositiveInfinity;
        double largest = 0;
        for (int i = 0; i < own.Length; i++) largest = Math.Max(largest, Math.Abs((double)own[i] - peer[i]));
        return largest;
    }

    private static double Require(string what, double difference) => difference <= Tolerance ? difference
        : throw new DisagreementException(string.Create(CultureInfo.InvariantCulture, $"{what}: Elman and the peer differ by {difference:G3}, {Tolerance:G1} is allowed"));
}

/// <summary>Two libraries computed different numbers.</summary>
internal sealed class DisagreementException(string message) : Exception(message);
