namespace Elman.Peers;

/// <summary>A whole model in training in one library: the same data in every step.</summary>
internal interface IModelTraining : IDisposable
{
    string Library { get; }

    /// <summary>Forward, loss, backward, the gradients' common norm bounded by 1, one step of Adam.</summary>
    /// <returns>The loss before the step.</returns>
    float Step();

    /// <summary>What the last step left behind for each parameter.</summary>
    IReadOnlyDictionary<string, float[]> Gradients();
}

/// <summary>A model that both libraries train.</summary>
/// <param name="Name">Model and sizes.</param>
/// <param name="Elman">Makes it in Elman.</param>
/// <param name="Torch">Makes it in TorchSharp, with the weights of Elman's.</param>
internal sealed record ModelRow(string Name, Func<ElmanModel> Elman, Func<ElmanModel, TorchModel> Torch);

/// <summary>The models whose training is compared.</summary>
internal static class ModelRows
{
    public const double ClipNorm = 1;

    public static IReadOnlyList<ModelRow> All { get; } =
    [
        new($"forecaster: lstm {ForecastModel.Batch} × {ForecastModel.Context}, {ForecastModel.Features} → {ForecastModel.Hidden}, 2 layers, pinball loss of {ForecastModel.Horizon} steps", ForecastModel.InElman, ForecastModel.InTorch),
        new($"tagger: lstm {TaggerModel.Batch} × {TaggerModel.Length}, {TaggerModel.Features} → {TaggerModel.Hidden}, bidirectional, ragged, {TaggerModel.Tags} tags", TaggerModel.InElman, TaggerModel.InTorch),
        new($"characters: embedding of {CharacterModel.Characters}, lstm {CharacterModel.Batch} × {CharacterModel.Length}, {CharacterModel.Features} → {CharacterModel.Hidden}, 2 layers", CharacterModel.InElman, CharacterModel.InTorch),
    ];
}
