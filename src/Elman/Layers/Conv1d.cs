using Elman.Kernels;

namespace Elman;

/// <summary>
/// A causal convolution over time: y_t = b + Σ_k W_k x_{t − (K − 1 − k) d}, with zeros before the first step: [N, L, I] → [N, L, O]. A step sees itself and K − 1
/// steps before it, each d apart (van den Oord et al. 2016, arXiv 1609.03499, section 2.1). Weights are PyTorch's.
/// </summary>
public sealed class Conv1d : Module, IStreamable
{
    private readonly PackedMatrix[] _packed;
    private readonly Lock _lock = new();
    private int _packedVersion = -1;

    /// <summary>A layer with weights and bias uniform in ±1/√(I·K), as PyTorch draws them.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="outputSize">O.</param>
    /// <param name="kernelSize">K, the steps that a step sees.</param>
    /// <param name="random">Where the initial values come from.</param>
    /// <param name="dilation">d, how far these are apart.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or the dilation is not positive, or a step would see more than 2³¹ values before it.</exception>
    public Conv1d(int inputSize, int outputSize, int kernelSize, RandomStream random, int dilation = 1, bool bias = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernelSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dilation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((kernelSize - 1L) * dilation, int.MaxValue / inputSize, nameof(dilation));
        Dilation = dilation;
        float bound = 1 / MathF.Sqrt((float)inputSize * kernelSize);
        Weight = AddParameter("weight", Tensor.Uniform(random, -bound, bound, outputSize, inputSize, kernelSize));
        if (bias) Bias = AddParameter("bias", Tensor.Uniform(random, -bound, bound, outputSize));
        _packed = [.. Enumerable.Range(0, kernelSize).Select(_ => new PackedMatrix())];
    }

    /// <summary>W [O, I, K]; the last of K is that of the step itself.</summary>
    public Tensor Weight { get; }

    /// <summary>b [O], if the layer has one.</summary>
    public Tensor? Bias { get; }

    /// <summary>I.</summary>
    public int InputSize => Weight.Shape[1];

    /// <summary>O.</summary>
    public int OutputSize => Weight.Shape[0];

    /// <summary>K.</summary>
    public int KernelSize => Weight.Shape[2];

    /// <summary>d.</summary>
    public int Dilation { get; }

    /// <inheritdoc/>
    public override string Description => $"conv {InputSize} → {OutputSize}, kernel {KernelSize}" + (Dilation > 1 ? $", dilation {Dilation}" : "");

    /// <inheritdoc/>
    public int? StepInputSize => InputSize;

    /// <summary>The (K − 1)·d inputs before the next, oldest first.</summary>
    public int StateSize => Past * InputSize;

    /// <inheritdoc/>
    public string? WhyNotStreamable => null;

    /// <summary>Steps before the first that are zeros.</summary>
    private int Past => (KernelSize - 1) * Dilation;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, L, I].</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3 || input.Shape[2] != InputSize) throw new ArgumentException($"Conv1d: expects input [N, L, {InputSize}], got {input.Shape}");
        int rows = input.Shape[0], steps = input.Shape[1];
        Tensor padded = Past == 0 ? input : Tensor.Concat(1, Tensor.Zeros(rows, Past, InputSize), input), result = Tensor.Allocate(new Shape(rows, steps, OutputSize));
        PackedMatrix[] packed = Packed();
        for (int row = 0; row < rows; row++)
        {
            Memory<float> output = Row(result, row, 0, steps);
            for (int k = 0; k < KernelSize; k++)
            {
                // One chain over all k: each product goes on from the sums of the one before.
                (Memory<float> start, int stride) = k == 0 ? (Bias?.Values ?? default, 0) : (output, OutputSize);
                new RowProduct(steps, Row(padded, row, k * Dilation, steps), InputSize, 1, packed[k], start, stride, output).Run();
            }
        }
        Tensor[] inputs = Bias is null ? [padded, Weight] : [padded, Weight, Bias];
        return Tensor.Record(result, inputs, () =>
        {
            Tensor slope = result.GradientTensor();
            for (int k = 0; k < KernelSize; k++)
            {
                if (padded.NeedsGradient) AddInputGradient(padded.GradientTensor(), slope, k);
                if (Weight.NeedsGradient) AddWeightGradient(padded, slope, k);
            }
            Bias?.AddGradient(slope);
        });
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize == InputSize ? OutputSize
        : throw new ArgumentException($"Conv1d of input size {InputSize} cannot follow an output of size {inputSize}");

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => 0;

    /// <inheritdoc/>
    public void InitializeState(Span<float> state) => state[..StateSize].Clear();

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        PackedMatrix[] packed = Packed();
        int size = InputSize, last = KernelSize - 1;
        ReadOnlySpan<float> start = Bias is null ? default : Bias.Span;
        for (int k = 0; k <= last; k++)
        {
            ReadOnlySpan<float> x = k == last ? input[..size] : state.Slice(k * Dilation * size, size);
            x = Denormals.Flushed(x, out float[]? rented);
            MatrixProduct.Multiply(1, x, size, 1, packed[k], start, 0, output, OutputSize);
            Denormals.Return(rented);
            start = output[..OutputSize];
        }
        if (last == 0) return;
        state[size..StateSize].CopyTo(state);
        input[..size].CopyTo(state[(StateSize - size)..]);
    }

    /// <summary>Some steps of one sequence [steps, size].</summary>
    private static Memory<float> Row(Tensor tensor, int row, int first, int steps)
    {
        int length = tensor.Shape[1], size = tensor.Shape[2];
        return tensor.Values.Slice(((row * length) + first) * size, steps * size);
    }

    /// <summary>dx_{t + k d} += dy_t · W_k</summary>
    private void AddInputGradient(Tensor gradient, Tensor slope, int k)
    {
        int rows = slope.Shape[0], steps = slope.Shape[1];
        RowProduct.Scratch.Pack(Weight.Span[k..], OutputSize, InputSize, InputSize * KernelSize, KernelSize);
        for (int row = 0; row < rows; row++)
        {
            Memory<float> sums = Row(gradient, row, k * Dilation, steps);
            new RowProduct(steps, Row(slope, row, 0, steps), OutputSize, 1, RowProduct.Scratch, sums, InputSize, sums).Run();
        }
    }

    /// <summary>dW_k += Σ_t dy_tᵀ · x_{t + k d}</summary>
    private void AddWeightGradient(Tensor padded, Tensor slope, int k)
    {
        int rows = slope.Shape[0], steps = slope.Shape[1];
        Memory<float> sums = new float[OutputSize * InputSize];
        for (int row = 0; row < rows; row++)
        {
            RowProduct.Scratch.Pack(Row(padded, row, k * Dilation, steps).Span, steps, InputSize, InputSize, 1);
            new RowProduct(OutputSize, Row(slope, row, 0, steps), 1, OutputSize, RowProduct.Scratch, sums, InputSize, sums).Run();
        }
        Span<float> gradient = Weight.GradientSpan();
        for (int i = 0; i < sums.Length; i++) gradient[(i * KernelSize) + k] += sums.Span[i];
    }

    /// <summary>Every W_kᵀ packed, anew when the weight has changed. Safe to call from many threads as long as none changes the weight.</summary>
    private PackedMatrix[] Packed()
    {
        if (Volatile.Read(ref _packedVersion) == Weight.Version) return _packed;
        lock (_lock)
        {
            if (_packedVersion != Weight.Version)
            {
                for (int k = 0; k < KernelSize; k++) _packed[k].Pack(Weight.Span[k..], InputSize, OutputSize, KernelSize, InputSize * KernelSize);
                Volatile.Write(ref _packedVersion, Weight.Version);
            }
        }
        return _packed;
    }
}
