namespace Elman;

/// <summary>What a task learns from: an input and what should come out.</summary>
/// <param name="Input">The input.</param>
/// <param name="Target">What should come out.</param>
public readonly record struct Example<TInput, TTarget>(TInput Input, TTarget Target);
