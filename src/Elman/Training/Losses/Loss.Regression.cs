namespace Elman;

public static partial class Loss
{
    /// <summary>Mean squared error: the mean of (prediction − target)².</summary>
    /// <param name="prediction">Predictions of any shape.</param>
    /// <param name="target">Targets of the same shape.</param>
    /// <param name="weights">Element weights; see the remarks of <see cref="Loss"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a weight is negative or not finite.</exception>
    public static Tensor MeanSquaredError(Tensor prediction, Tensor target, Tensor? weights = null) =>
        Mean(new Squared(), prediction, target, weights);

    /// <summary>Mean absolute error (L1): the mean of |prediction − target|; its derivative at 0 is 0.</summary>
    /// <inheritdoc cref="MeanSquaredError"/>
    public static Tensor MeanAbsoluteError(Tensor prediction, Tensor target, Tensor? weights = null) =>
        Mean(new Absolute(), prediction, target, weights);

    /// <summary>
    /// Huber's loss (Huber 1964): e²/2 for errors |e| up to δ, δ (|e| − δ/2) beyond, so that outliers pull with a bounded force.
    /// </summary>
    /// <param name="delta">The error δ from which on the loss grows linearly; in units of the target.</param>
    /// <inheritdoc cref="MeanSquaredError"/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not positive.</exception>
    public static Tensor Huber(Tensor prediction, Tensor target, float delta = 1, Tensor? weights = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(delta);
        return Mean(new HuberError(delta), prediction, target, weights);
    }

    private static Tensor Mean<TError>(TError rule, Tensor prediction, Tensor target, Tensor? weights)
        where TError : struct, IErrorFunction
    {
        ArgumentNullException.ThrowIfNull(prediction);
        RequireShape(target, prediction.Shape, nameof(target), nameof(prediction));
        ElementWeights weight = new(weights, target.Shape);
        Tensor slopes = Slopes(prediction);
        bool wanted = slopes.Shape == prediction.Shape;
        ReadOnlySpan<float> p = prediction.Span, t = target.Span;
        Span<float> slope = slopes.Writable();
        double loss = 0;
        for (int i = 0; i < p.Length; i++)
        {
            double share = weight.Share(i);
            float error = share == 0 ? 0 : p[i] - t[i];
            loss += share == 0 ? 0 : share * rule.Value(error);
            if (wanted) slope[i] = share == 0 ? 0 : (float)(share * rule.Slope(error));
        }
        return Recorded(loss, prediction, slopes);
    }

    /// <summary>A loss of prediction − target, and its derivative.</summary>
    private interface IErrorFunction
    {
        double Value(float error);

        double Slope(float error);
    }

    private readonly struct Squared : IErrorFunction
    {
        public double Value(float error) => (double)error * error;

        public double Slope(float error) => 2.0 * error;
    }

    private readonly struct Absolute : IErrorFunction
    {
        public double Value(float error) => Math.Abs(error);

        public double Slope(float error) => error > 0 ? 1 : error < 0 ? -1 : 0;
    }

    private readonly struct HuberError(float delta) : IErrorFunction
    {
        public double Value(float error) => Math.Abs(error) <= delta ? 0.5 * error * error : delta * (Math.Abs(error) - 0.5 * delta);

        public double Slope(float error) => Math.Clamp(error, -delta, delta);
    }
}
