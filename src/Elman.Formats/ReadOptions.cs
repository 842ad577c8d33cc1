namespace Elman.Formats;

/// <summary>How a model of another system is read.</summary>
public sealed record ReadOptions
{
    /// <summary>Rules OLD=NEW that rename tensors before they look for their place; an OLD that ends with a dot is a prefix.</summary>
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary>Which of several state dicts in a file is meant, such as <c>generator</c>; null where there is only one, or one of the usual name.</summary>
    public string? Entry { get; init; }

    /// <summary>Called with what the user should know, a line each: what was taken for granted, left out or rounded.</summary>
    public Action<string>? Remark { get; init; }
}
