using System.Globalization;
using System.Numerics;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Stochastic gradient descent, as PyTorch's SGD: with momentum μ the buffer b = μ b + g replaces the gradient g, with
/// Nesterov's variant g + μ b does (Sutskever et al. 2013); then p = p − η g.
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum, _weightDecay;
    private readonly bool _nesterov;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">Names and tensors, for example <see cref="Module.Parameters"/>.</param>
    /// <param name="learningRate">The learning rate η.</param>
    /// <param name="momentum">The momentum μ, 0 … 1; 0 keeps no buffer.</param>
    /// <param name="nesterov">Whether to look ahead along the buffer; needs a momentum.</param>
    /// <param name="weightDecay">λ: λ p is added to the gradient.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting lies outside its range.</exception>
    /// <exception cref="ArgumentException">Nesterov without momentum; or there is no parameter, or two bear one name.</exception>
    public Sgd(IEnumerable<(string Name, Tensor Value)> parameters, double learningRate, double momentum = 0, bool nesterov = false, double weightDecay = 0)
        : base(parameters, learningRate, momentum > 0 ? ["momentum_buffer"] : [])
    {
        RequireRange(momentum, 0, 1, nameof(momentum));
        RequireRange(weightDecay, 0, double.MaxValue, nameof(weightDecay));
        if (nesterov && momentum == 0) throw new ArgumentException("Nesterov's variant needs a momentum above 0", nameof(nesterov));
        (_momentum, _nesterov, _weightDecay) = (momentum, nesterov, weightDecay);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"SGD (momentum {_momentum}{(_nesterov ? ", Nesterov" : "")}, weight decay {_weightDecay})");

    /// <inheritdoc/>
    protected override void Update(Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers, long step)
    {
        if (_momentum == 0) UpdateRule.Run(new Plain((float)LearningRate, (float)_weightDecay), values, gradient, buffers);
        else UpdateRule.Run(new Heavy((float)LearningRate, (float)_weightDecay, (float)_momentum, _nesterov), values, gradient, buffers);
    }

    private readonly struct Plain(float rate, float decay) : IUpdateRule
    {
        public static int Buffers => 0;

        public void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second, ref Vector<float> third) =>
            value -= Denormals.FlushMean(gradient + value * decay) * rate;
    }

    private readonly struct Heavy(float rate, float decay, float momentum, bool nesterov) : IUpdateRule
    {
        public static int Buffers => 1;

        public void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> velocity, ref Vector<float> second, ref Vector<float> third)
        {
            gradient = Denormals.FlushMean(gradient + value * decay);
            velocity = Denormals.FlushMean(velocity * momentum + gradient);
            value -= (nesterov ? gradient + velocity * momentum : velocity) * rate;
        }
    }
}
