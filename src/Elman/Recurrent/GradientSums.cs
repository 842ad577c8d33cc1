using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Where the groups of rows (<see cref="SequenceLayout"/>) sum the gradients of a layer's parameters: the first group in the gradient itself, each other in memory of its own, which is added to the gradient
/// at the end, in the order of the groups. So threads can sum different groups at the same time, and the result does not depend on which does. The first block of steps that a group sums is written over
/// what is there, unless the gradient is one to be added to.
/// </summary>
/// <param name="layout">The groups.</param>
/// <param name="others">Any values, [groups − 1, size]; a row has room for all parameters.</param>
/// <param name="size">Values of a row.</param>
internal sealed class GradientSums(SequenceLayout layout, Memory<float> others, int size)
{
    private readonly List<(Tensor Parameter, ParameterSums Sums)> _parameters = [];
    private int _taken;

    /// <summary>The sums for a parameter, the same at every call.</summary>
    public ParameterSums Of(Tensor parameter)
    {
        foreach ((Tensor known, ParameterSums sums) in _parameters)
            if (ReferenceEquals(known, parameter)) return sums;
        Memory<float> gradient = parameter.GradientToFill(out bool isFresh).Values;
        // Without any step there is no first block.
        if (isFresh && layout.Total == 0) gradient.Span.Clear();
        ParameterSums added = new(gradient, isFresh, others.IsEmpty ? default : others[_taken..], size);
        _parameters.Add((parameter, added));
        _taken += gradient.Length;
        return added;
    }

    /// <summary>Adds part of the other groups' sums to the gradients.</summary>
    public void AddUp(int part, int parts)
    {
        foreach ((_, ParameterSums sums) in _parameters)
        {
            Span<float> gradient = sums.Of(0);
            int start = SequenceLayout.Cut(gradient.Length, part, parts), count = SequenceLayout.Cut(gradient.Length, part + 1, parts) - start;
            for (int group = 1; group < layout.Groups; group++)
                if (layout.HasSteps(group, 0, layout.Length)) TensorPrimitives.Add(gradient.Slice(start, count), sums.Of(group).Slice(start, count), gradient.Slice(start, count));
        }
    }
}

/// <summary>The groups' sums for one parameter.</summary>
/// <param name="Gradient">Those of the first group, and all in the end.</param>
/// <param name="IsFresh">Whether the gradient is written over, not added to.</param>
/// <param name="Others">Those of the second group, and <paramref name="Apart"/> further each, of the next.</param>
internal readonly record struct ParameterSums(Memory<float> Gradient, bool IsFresh, Memory<float> Others, int Apart)
{
    public Span<float> Of(int group) => group == 0 ? Gradient.Span : Others.Span.Slice((group - 1) * Apart, Gradient.Length);

    /// <summary>Whether what a group has is written over by its first block of steps.</summary>
    public bool BeginsFresh(int group) => group > 0 || IsFresh;
}
