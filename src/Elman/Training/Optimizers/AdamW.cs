namespace Elman;

/// <summary>
/// Adam whose weight decay λ does not pass through the gradient's moments: p = p − η λ p before each update of <see cref="Adam"/>
/// (Loshchilov and Hutter 2019), as PyTorch's AdamW.
/// </summary>
/// <inheritdoc cref="Adam(IEnumerable{ValueTuple{string, Tensor}}, double, double, double, double, double)"/>
/// <param name="weightDecay">λ: each step takes the share η λ of every parameter.</param>
public sealed class AdamW(
    IEnumerable<(string Name, Tensor Value)> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    : Adam(parameters, learningRate, beta1, beta2, epsilon, weightDecay, decoupled: true);
