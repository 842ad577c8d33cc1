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
/// <param name="Layers">Its recurrent layers.</param>
/// <param name="LearnsInput">Whether their input is learnt too.</param>
/// <param name="Elman">Makes it in Elman.</param>
/// <param name="Torch">Makes it in TorchSharp, with the weights of Elman's.</param>
internal sealed record ModelRow(string Name, LayerRow Layers, bool LearnsInput, Func<ElmanModel> Elman, Func<ElmanModel, TorchModel> Torch);

/// <summary>The models whose training is compared.</summary>
internal static class ModelRows
{
    public const double ClipNorm = 1;

    public static IReadOnlyList<ModelRow> All { get; } =
    [
        new($"forecaster: lstm {ForecastModel.Batch} × {ForecastModel.Context}, {ForecastModel.Features} → {ForecastModel.Hidden}, 2 layers, pinball loss of {ForecastModel.Horizon} steps",
            new("", "lstm", ForecastModel.Batch, ForecastModel.Context, ForecastModel.Features, ForecastModel.Hidden) { Layers = 2 }, false, ForecastModel.InElman, ForecastModel.InTorch),
        new($"tagger: lstm {TaggerModel.Batch} × {TaggerModel.Length}, {TaggerModel.Features} → {TaggerModel.Hidden}, bidirectional, ragged, {TaggerModel.Tags} tags",
            new("", "lstm", TaggerModel.Batch, TaggerModel.Length, TaggerModel.Features, TaggerModel.Hidden) { Bidirectional = true, Ragged = true }, false, TaggerModel.InElman, TaggerModel.InTorch),
        new($"characters: embedding of {CharacterModel.Characters}, lstm {CharacterModel.Batch} × {CharacterModel.Length}, {CharacterModel.Features} → {CharacterModel.Hidden}, 2 layers",
            new("", "lstm", CharacterModel.Batch, CharacterModel.Length, CharacterModel.Features, CharacterModel.Hidden) { Layers = 2 }, true, CharacterModel.InElman, CharacterModel.InTorch),
    ];
}
