using System.Globalization;
using System.Numerics;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// RMSprop (Tieleman and Hinton 2012), as PyTorch's: v = α v + (1 − α) g², and the step is g / (√v + ε). The centred form
/// subtracts the square of the mean gradient from v (Graves 2013); with momentum μ, b = μ b + step replaces the step.
/// </summary>
public sealed class RmsProp : Optimizer
{
    private readonly double _alpha, _epsilon, _momentum, _weightDecay;
    private readonly bool _centered;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">Names and tensors, for example <see cref="Module.Parameters"/>.</param>
    /// <param name="learningRate">The learning rate η.</param>
    /// <param name="alpha">α, how long the mean squared gradient remembers; 0 … 1.</param>
    /// <param name="epsilon">ε, which keeps the step finite where gradients vanish.</param>
    /// <param name="momentum">The momentum μ, 0 … 1.</param>
    /// <param name="centered">Whether to divide by the gradient's standard deviation instead of its root mean square.</param>
    /// <param name="weightDecay">λ: λ p is added to the gradient.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting lies outside its range.</exception>
    /// <exception cref="ArgumentException">There is no parameter, or two bear one name.</exception>
    public RmsProp(
        IEnumerable<(string Name, Tensor Value)> parameters, double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8,
        double momentum = 0, bool centered = false, double weightDecay = 0)
        : base(parameters, learningRate, Names(momentum > 0, centered))
    {
        RequireRange(alpha, 0, 1, nameof(alpha));
        RequireRange(epsilon, 0, double.MaxValue, nameof(epsilon));
        RequireRange(momentum, 0, 1, nameof(momentum));
        RequireRange(weightDecay, 0, double.MaxValue, nameof(weightDecay));
        (_alpha, _epsilon, _momentum, _centered, _weightDecay) = (alpha, epsilon, momentum, centered, weightDecay);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"RMSprop (alpha {_alpha}, epsilon {_epsilon}, momentum {_momentum}{(_centered ? ", centered" : "")}, weight decay {_weightDecay})");

    /// <inheritdoc/>
    protected override void Update(Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers, long step)
    {
        Setting setting = new((float)LearningRate, (float)_weightDecay, (float)_alpha, (float)(1 - _alpha), (float)_epsilon, (float)_momentum, UpdateRule.LeastGradient(1 - _alpha));
        if (_centered && _momentum > 0) UpdateRule.Run(new CenteredHeavy(setting), values, gradient, buffers);
        else if (_centered) UpdateRule.Run(new Centered(setting), values, gradient, buffers);
        else if (_momentum > 0) UpdateRule.Run(new Heavy(setting), values, gradient, buffers);
        else UpdateRule.Run(new Plain(setting), values, gradient, buffers);
    }

    private static string[] Names(bool heavy, bool centered) => (heavy, centered) switch
    {
        (false, false) => ["square_avg"],
        (true, false) => ["square_avg", "momentum_buffer"],
        (false, true) => ["square_avg", "grad_avg"],
        (true, true) => ["square_avg", "grad_avg", "momentum_buffer"],
    };

    private readonly record struct Setting(float Rate, float Decay, float Alpha, float Fresh, float Epsilon, float Momentum, float Least)
    {
        /// <summary>The gradient over its root mean square.</summary>
        public Vector<float> Scaled(Vector<float> value, Vector<float> gradient, ref Vector<float> square)
        {
            gradient = Denormals.Flush(gradient + value * Decay, Least);
            square = Denormals.FlushSquare(square * Alpha + gradient * gradient * Fresh);
            return gradient / (Vector.SquareRoot(square) + new Vector<float>(Epsilon));
        }

        /// <summary>The gradient over its standard deviation. A variance that rounding leaves below 0 is 0.</summary>
        public Vector<float> Scaled(Vector<float> value, Vector<float> gradient, ref Vector<float> square, ref Vector<float> mean)
        {
            gradient = Denormals.Flush(gradient + value * Decay, Least);
            square = Denormals.FlushSquare(square * Alpha + gradient * gradient * Fresh);
            mean = Denormals.FlushMean(mean * Alpha + gradient * Fresh);
            Vector<float> variance = Denormals.FlushSquare(square - mean * mean);
            return gradient / (Vector.SquareRoot(variance) + new Vector<float>(Epsilon));
        }
    }

    private readonly struct Plain(Setting setting) : IUpdateRule
    {
        public static int Buffers => 1;

        public void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> square, ref Vector<float> second, ref Vector<float> third) =>
            value -= setting.Scaled(value, gradient, ref square) * setting.Rate;
    }

    private readonly struct Heavy(Setting setting) : IUpdateRule
    {
        public static int Buffers => 2;

        public void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> square, ref Vector<float> velocity, ref Vector<float> third)
        {
            velocity = Denormals.FlushMean(velocity * setting.Momentum + setting.Scaled(value, gradient, ref square));
            value -= velocity * setting.Rate;
        }
    }

    private readonly struct Centered(Setting setting) : IUpdateRule
    {
        public static int Buffers => 2;

        public void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> square, ref Vector<float> mean, ref Vector<float> third) =>
            value -= setting.Scaled(value, gradient, ref square, ref mean) * setting.Rate;
    }

    private readonly struct CenteredHeavy(Setting setting) : IUpdateRule
    {
        public static int Buffers => 3;

        public void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> square, ref Vector<float> mean, ref Vector<float> velocity)
        {
            velocity = Denormals.FlushMean(velocity * setting.Momentum + setting.Scaled(value, gradient, ref square, ref mean));
            value -= velocity * setting.Rate;
        }
    }
}
