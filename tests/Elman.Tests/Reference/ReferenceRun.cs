namespace Elman.Tests.Reference;

/// <summary>What a forward pass of <see cref="ReferenceRecurrent"/> gives.</summary>
/// <param name="Y">The last layer's outputs, [N, L, D·H]; zero past each row's length.</param>
/// <param name="States">The final states, [K·D, N, H]: h, and c if the cell has one.</param>
public sealed record ReferenceRun(double[] Y, double[][] States)
{
    /// <summary>The final h, [K·D, N, H].</summary>
    public double[] H => States[0];

    /// <summary>The final c, [K·D, N, H].</summary>
    public double[] C => States[1];

    /// <summary>x and the states before each step, by [row][layer · D + direction][step in the order of computation].</summary>
    internal List<List<(double[] X, double[][] State)[]>> Trace { get; } = [];
}

/// <summary>What a backward pass of <see cref="ReferenceRecurrent"/> gives.</summary>
/// <param name="X">The gradient of the inputs, [N, L, I]; zero past each row's length.</param>
/// <param name="States">The gradients of the initial states, [K·D, N, H]: h, and c if the cell has one.</param>
/// <param name="Parameters">The gradients of the parameters, by their names.</param>
public sealed record ReferenceGradients(double[] X, double[][] States, Dictionary<string, double[]> Parameters);
