namespace Elman;

/// <summary>What a forecaster keeps of a series that it was trained on.</summary>
/// <param name="Group">The group's name; empty if the data had only one.</param>
/// <param name="Rows">How many rows training has seen, those for validation included.</param>
/// <param name="Until">The time of the last of them; null if the series had no times.</param>
/// <param name="Scalers">The maps of target and covariates, fitted to the rows for training.</param>
public sealed record TrainedSeries(string Group, int Rows, DateTime? Until, IReadOnlyList<Scaler> Scalers);
