using Elman.Kernels;

namespace Elman;

/// <summary>y = x Wᵀ + b on the innermost axis: [.., I] → [.., O]. Applied to [N, L, I] it maps every time step alike.</summary>
public sealed class Linear : Module, IStreamable, IGroupSteps
{
    private readonly PackedMatrix _packed = new();
    private readonly Lock _lock = new();
    private int _packedVersion = -1;

    /// <summary>A layer with weights and bias uniform in ±1/√I, as PyTorch draws them.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="outputSize">O.</param>
    /// <param name="random">Where the initial values come from.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Linear(int inputSize, int outputSize, RandomStream random, bool bias = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSize);
        float bound = 1 / MathF.Sqrt(inputSize);
        Weight = AddParameter("weight", Tensor.Uniform(random, -bound, bound, outputSize, inputSize));
        if (bias) Bias = AddParameter("bias", Tensor.Uniform(random, -bound, bound, outputSize));
    }

    /// <summary>A layer whose weights are those of another module too, such as an embedding's; its bias is zero at first.</summary>
    /// <param name="weight">W [O, I].</param>
    internal Linear(Tensor weight)
    {
        Weight = AddParameter("weight", weight);
        Bias = AddParameter("bias", Tensor.Zeros(weight.Shape[0]));
    }

    /// <summary>W [O, I].</summary>
    public Tensor Weight { get; }

    /// <summary>b [O], if the layer has one.</summary>
    public Tensor? Bias { get; }

    /// <summary>I.</summary>
    public int InputSize => Weight.Shape[1];

    /// <summary>O.</summary>
    public int OutputSize => Weight.Shape[0];

    /// <inheritdoc/>
    public override string Description => $"linear {InputSize} → {OutputSize}";

    /// <inheritdoc/>
    public int? StepInputSize => InputSize;

    /// <inheritdoc/>
    public int StateSize => 0;

    /// <inheritdoc/>
    public string? WhyNotStreamable => null;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The innermost axis of <paramref name="input"/> is not I.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0 || input.Shape[^1] != InputSize)
            throw new ArgumentException($"Linear: input of shape {input.Shape}; the innermost axis must be {InputSize}");
        int rows = input.Shape.Product(0, input.Rank - 1);
        Tensor result = Tensor.Allocate(new Shape([.. input.Shape.Extents[..^1], OutputSize]));
        new RowProduct(rows, input.Values, InputSize, 1, Packed(), Bias?.Values ?? default, 0, result.Values).Run();
        Tensor[] inputs = Bias is null ? [input, Weight] : [input, Weight, Bias];
        return Tensor.Record(result, inputs, () =>
        {
            Tensor slope = result.GradientTensor();
            if (input.NeedsGradient) AddInputGradient(input.GradientTensor().Values, slope.Values, rows);
            if (Weight.NeedsGradient) AddWeightGradient(Weight.GradientTensor().Values, input.Span, slope.Values, rows);
            Bias?.AddGradient(slope);
        });
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize == InputSize ? OutputSize
        : throw new ArgumentException($"Linear of input size {InputSize} cannot follow an output of size {inputSize}");

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => 0;

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace) => Step(1, input, output);

    int IGroupSteps.GroupWorkspace(int rows, int inputSize) => 0;

    void IGroupSteps.Step(int rows, ReadOnlySpan<float> input, Span<float> output, Span<float> states, int stride, Span<float> workspace) => Step(rows, input, output);

    private void Step(int rows, ReadOnlySpan<float> input, Span<float> output)
    {
        input = Denormals.Flushed(input[..(rows * InputSize)], out float[]? rented);
        MatrixProduct.Multiply(rows, input, InputSize, 1, Packed(), Bias is null ? default : Bias.Span, 0, output, OutputSize);
        Denormals.Return(rented);
    }

    /// <summary>dx += dy · W</summary>
    private void AddInputGradient(Memory<float> gradient, Memory<float> slope, int rows)
    {
        RowProduct.Scratch.Pack(Weight.Span, OutputSize, InputSize, InputSize, 1);
        new RowProduct(rows, slope, OutputSize, 1, RowProduct.Scratch, gradient, InputSize, gradient).Run();
    }

    /// <summary>dW += dyᵀ · x</summary>
    private void AddWeightGradient(Memory<float> gradient, ReadOnlySpan<float> input, Memory<float> slope, int rows)
    {
        RowProduct.Scratch.Pack(input, rows, InputSize, InputSize, 1);
        new RowProduct(OutputSize, slope, 1, OutputSize, RowProduct.Scratch, gradient, InputSize, gradient).Run();
    }

    /// <summary>Wᵀ packed, anew when the weight has changed. Safe to call from many threads as long as none changes the weight.</summary>
    private PackedMatrix Packed()
    {
        if (Volatile.Read(ref _packedVersion) == Weight.Version) return _packed;
        lock (_lock)
        {
            if (_packedVersion != Weight.Version)
            {
                _packed.Pack(Weight.Span, InputSize, OutputSize, 1, InputSize);
                Volatile.Write(ref _packedVersion, Weight.Version);
            }
        }
        return _packed;
    }
}
