namespace Elman.Tests.Reference;

/// <summary>A tensor of a fixture: its shape and its values in row-major order.</summary>
/// <param name="Shape">The length of each axis; empty for a scalar.</param>
/// <param name="Values">The values; integers (targets, lengths, indices) are converted and exact.</param>
public sealed record FixtureTensor(int[] Shape, float[] Values)
{
    /// <summary>The values in double precision, as the reference classes take them.</summary>
    public double[] Doubles => Array.ConvertAll(Values, value => (double)value);

    /// <summary>The values of an integer tensor.</summary>
    public int[] Integers => Array.ConvertAll(Values, value => (int)value);
}
