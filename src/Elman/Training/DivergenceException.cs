using System.Globalization;

namespace Elman;

/// <summary>Training cannot go on, because a loss or gradient is not finite. The command exits with 1: the input was usable.</summary>
public sealed class DivergenceException : ElmanException
{
    private const int Shown = 3;

    /// <summary>How the run went until then; null where no run of a <see cref="Trainer"/> diverged.</summary>
    public TrainingRecord? Record { get; internal init; }

    internal DivergenceException(string message)
        : base(message)
    {
    }

    /// <summary>What ends a run: names the step, the learning rate and the largest gradients.</summary>
    /// <param name="what">What is not finite.</param>
    /// <param name="step">The optimizer step, counted from 1.</param>
    /// <param name="epoch">The epoch, counted from 1.</param>
    /// <param name="learningRate">The learning rate of the step.</param>
    /// <param name="parameters">The parameters with the gradients of the step.</param>
    /// <param name="record">How the run went.</param>
    internal static DivergenceException Of(
        string what, long step, int epoch, double learningRate, IEnumerable<(string Name, Tensor Value)> parameters, TrainingRecord? record = null)
    {
        IEnumerable<string> largest = parameters
            .Where(parameter => parameter.Value.Gradient is not null)
            .Select(parameter => (parameter.Name, Size: Largest(parameter.Value.Gradient!.Span)))
            .OrderByDescending(gradient => double.IsNaN(gradient.Size) ? double.PositiveInfinity : gradient.Size)
            .Take(Shown)
            .Select(gradient => string.Create(CultureInfo.InvariantCulture, $"{gradient.Name} {gradient.Size:G4}"));
        return new DivergenceException(string.Create(CultureInfo.InvariantCulture,
            $"training stopped in step {step} (epoch {epoch}) at learning rate {learningRate:G4}: {what}; largest gradients: {string.Join(", ", largest)}; lower the learning rate, clip the gradients, or look for extreme values in the data"))
        {
            Record = record,
        };
    }

    /// <summary>The largest magnitude; NaN if there is one.</summary>
    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values) largest = MathF.Max(largest, MathF.Abs(value));
        return largest;
    }
}
