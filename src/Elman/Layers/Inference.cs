namespace Elman;

/// <summary>
/// While it is open, every module that its thread calls evaluates, whether or not a training step of it is under way, and no gradient is recorded.
/// </summary>
/// <example><code>using (Inference.Begin()) output = model.Forward(x);</code></example>
public readonly ref struct Inference
{
    private readonly GradientPause _pause;

    private Inference(GradientPause pause)
    {
        _pause = pause;
        TrainingMode.BeginInference();
    }

    /// <summary>Opens an inference on the current thread, perhaps inside another.</summary>
    public static Inference Begin() => new(Tensor.NoGradient());

    /// <summary>Ends it; to be called once.</summary>
    public void Dispose()
    {
        TrainingMode.EndInference();
        _pause.Dispose();
    }
}
