namespace Elman;

/// <summary>
/// Which examples a training does not see at first: some choose the best epoch, others score the model. Then it may be trained on all.
/// </summary>
public sealed record HeldOut
{
    private static readonly string[] RefitWords = ["auto", "on", "off"];

    /// <summary>Most examples of each kind that are held out: more tell nothing new.</summary>
    private const int Most = 4_000;

    /// <summary>From how many examples on a second training on all of them is not worth its time, unless it is asked for.</summary>
    private const int LargeData = 10_000;

    /// <summary>The share of the examples that score the model, where no others are given for it; 0 for none.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>The share of the rest that chooses the best epoch; 0 for none.</summary>
    public double ValidationShare { get; init; } = 0.15;

    /// <summary>
    /// Whether the model is trained again on all examples when it has been scored: <c>on</c>, <c>off</c>, or <c>auto</c>: where they are at
    /// most 10,000.
    /// </summary>
    public string Refit { get; init; } = "auto";

    /// <summary>All settings.</summary>
    public static SettingTable<HeldOut> Settings { get; } = new SettingTable<HeldOut>(new HeldOut())
        .Real("test share", "Part of the sequences that the report scores, where no test file is given.", o => o.TestShare, (o, v) => o with { TestShare = v }, 0, 0.9)
        .Real("validation share", "Part of the others that chooses the best epoch.", o => o.ValidationShare, (o, v) => o with { ValidationShare = v }, 0, 0.9)
        .Choice("refit", "Whether the model is trained again on all sequences when it has been scored; auto: where they are at most 10,000.",
            o => o.Refit, (o, v) => o with { Refit = v }, () => RefitWords);

    /// <summary>Whether so many examples are trained on again.</summary>
    public bool Refits(int count) => Refit == "on" || Refit == "auto" && count <= LargeData;

    /// <summary>A share of numbered examples to hold out, stratified by a class where there is one.</summary>
    internal static ExampleSplit Split<TClass>(IReadOnlyList<TClass> classes, double share, ulong seed) =>
        ExampleSplit.Stratified(classes, Math.Min(share, (double)Most / Math.Max(1, classes.Count)), seed);
}
