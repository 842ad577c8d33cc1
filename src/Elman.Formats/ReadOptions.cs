namespace Elman.Formats;

/// <summary>How a model of another system is read.</summary>
public sealed record ReadOptions
{
    /// <summary>Rules OLD=NEW that rename tensors before they look for their place; an OLD that ends with a dot is a prefix.</summary>
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary>Which of several state dicts in a file is meant, such as <c>generator</c>; null where there is only one, or one of the usual name.</summary>
    public string? Entry { get; init; }

    /// <summary>
    /// The modules of a state dict in the order in which they are applied, where the file fits several or lacks some: the name of each, with <c>:embedding</c>,
    /// <c>:linear</c>, <c>:layernorm</c>, <c>:tanh</c> or <c>:relu</c> (of a simple cell) behind it where its tensors leave that open, and between them what has no weights:
    /// <c>tanh</c>, <c>relu</c>, <c>sigmoid</c>, <c>last</c>. Empty where the file is to be read alone.
    /// </summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    /// <summary>A network of the same architecture, whose weights the file's take the place of; null where the file is to be read alone. It is changed.</summary>
    public Module? As { get; init; }

    /// <summary>Called with what the file does not tell and was taken for granted, a line each; null to have it among the remarks.</summary>
    public Action<string>? Assumed { get; init; }

    /// <summary>Called with what the user should know, a line each: what was taken for granted, left out or rounded.</summary>
    public Action<string>? Remark { get; init; }
}
