using System.Globalization;
using System.Numerics;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Adam (Kingma and Ba 2015), as PyTorch's: m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g²,
/// p = p − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
/// </summary>
public class Adam : Optimizer
{
    private readonly double _beta1, _beta2, _epsilon, _weightDecay;
    private readonly bool _decoupled;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">Names and tensors, for example <see cref="Module.Parameters"/>.</param>
    /// <param name="learningRate">The learning rate η.</param>
    /// <param name="beta1">β₁, how long the mean gradient remembers; 0 … 1.</param>
    /// <param name="beta2">β₂, how long the mean squared gradient remembers; 0 … 1.</param>
    /// <param name="epsilon">ε, which keeps the step finite where gradients vanish.</param>
    /// <param name="weightDecay">λ: λ p is added to the gradient; see <see cref="AdamW"/> for the other way.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting lies outside its range.</exception>
    /// <exception cref="ArgumentException">There is no parameter, or two bear one name.</exception>
    public Adam(IEnumerable<(string Name, Tensor Value)> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : this(parameters, learningRate, beta1, beta2, epsilon, weightDecay, decoupled: false)
    {
    }

    private protected Adam(IEnumerable<(string Name, Tensor Value)> parameters, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool decoupled)
        : base(parameters, learningRate, "exp_avg", "exp_avg_sq")
    {
        RequireRange(beta1, 0, Math.BitDecrement(1.0), nameof(beta1));
        RequireRange(beta2, 0, Math.BitDecrement(1.0), nameof(beta2));
        RequireRange(epsilon, 0, double.MaxValue, nameof(epsilon));
        RequireRange(weightDecay, 0, double.MaxValue, nameof(weightDecay));
        (_beta1, _beta2, _epsilon, _weightDecay, _decoupled) = (beta1, beta2, epsilon, weightDecay, decoupled);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(_decoupled ? "AdamW" : "Adam")} (beta1 {_beta1}, beta2 {_beta2}, epsilon {_epsilon}, weight decay {_weightDecay})");

    /// <inheritdoc/>
    protected override void Update(Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers, long step)
    {
        double correction1 = 1 - Math.Pow(_beta1, step), correction2 = 1 - Math.Pow(_beta2, step);
        UpdateRule.Run(
            new Rule
            {
                Rate = (float)(LearningRate / correction1),
                Root = (float)Math.Sqrt(correction2),
                Beta1 = (float)_beta1,
                Fresh1 = (float)(1 - _beta1),
                Beta2 = (float)_beta2,
                Fresh2 = (float)(1 - _beta2),
                Epsilon = (float)_epsilon,
                Decay = _decoupled ? 0 : (float)_weightDecay,
                Keep = _decoupled ? (float)(1 - LearningRate * _weightDecay) : 1,
                Least = UpdateRule.LeastGradient(1 - _beta2),
            },
            values, gradient, buffers);
    }

    private readonly struct Rule : IUpdateRule
    {
        public static int Buffers => 2;

        public required float Rate { get; init; }

        public required float Root { get; init; }

        public required float Beta1 { get; init; }

        public required float Fresh1 { get; init; }

        public required float Beta2 { get; init; }

        public required float Fresh2 { get; init; }

        public required float Epsilon { get; init; }

        public required float Decay { get; init; }

        public required float Keep { get; init; }

        /// <summary>Of a gradient.</summary>
        public required float Least { get; init; }

        public void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> mean, ref Vector<float> square, ref Vector<float> third)
        {
            value *= Keep;
            gradient = Denormals.Flush(gradient + value * Decay, Least);
            mean = Denormals.FlushMean(mean * Beta1 + gradient * Fresh1);
            square = Denormals.FlushSquare(square * Beta2 + gradient * gradient * Fresh2);
            value -= mean * Rate / (Vector.SquareRoot(square) / new Vector<float>(Root) + new Vector<float>(Epsilon));
        }
    }
}
