namespace Elman;

/// <summary>
/// How tokens are drawn from the scores of a model. In this order: the penalty of what was there, temperature, the best k, the best of mass p, those not too far below the best, and a draw
/// from what is left.
/// </summary>
public sealed record Sampling
{
    /// <summary>Divides the scores: below 1 the likely becomes likelier. 0 takes the best token always.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>How many of the best tokens are drawn from; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>The best tokens whose probabilities reach this sum are drawn from, the one that crosses it included (Holtzman et al. 2020, section 3.1).</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Tokens less probable than this share of the best are not drawn; 0 for none.</summary>
    public double MinP { get; init; }

    /// <summary>Scores of tokens that were there are divided by it if positive, multiplied if negative (Keskar et al. 2019, section 4.1).</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The same seed draws the same tokens.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Tokens to draw, at most.</summary>
    public int Length { get; init; } = 500;

    /// <summary>Texts that end the drawing; they are not part of what comes out.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <exception cref="ArgumentOutOfRangeException">A number has no meaning.</exception>
    internal void Check()
    {
        if (!(Temperature >= 0 && double.IsFinite(Temperature))) throw Wrong(nameof(Temperature), Temperature, "0 or more");
        ArgumentOutOfRangeException.ThrowIfNegative(TopK);
        if (TopP is not (> 0 and <= 1)) throw Wrong(nameof(TopP), TopP, "above 0 and at most 1");
        if (MinP is not (>= 0 and <= 1)) throw Wrong(nameof(MinP), MinP, "from 0 to 1");
        if (!(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty))) throw Wrong(nameof(RepetitionPenalty), RepetitionPenalty, "above 0");
        ArgumentOutOfRangeException.ThrowIfNegative(Length);
        if (Stop.Any(string.IsNullOrEmpty)) throw new ArgumentException("a text that ends the drawing must not be empty", nameof(Stop));
    }

    private static ArgumentOutOfRangeException Wrong(string name, double value, string range) => new(name, value, $"{name} must be {range}");
}
