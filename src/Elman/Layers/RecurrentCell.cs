namespace Elman;

/// <summary>
/// One time step of the cell <typeparamref name="TUnit"/>, from the same equations as <see cref="Recurrent{TUnit}"/>. Parameters:
/// <c>weight_ih</c> [G·H, I], <c>weight_hh</c> [G·H, H], <c>bias_ih</c>, <c>bias_hh</c> [G·H].
/// </summary>
/// <typeparam name="TUnit">The cell's equations.</typeparam>
public class RecurrentCell<TUnit> : Module
    where TUnit : struct, IRecurrentUnit
{
    private readonly RecurrentEngine _engine;

    /// <summary>A cell with fresh random weights.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="random">Where the first weights come from.</param>
    /// <param name="bias">Whether the products have biases.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public RecurrentCell(int inputSize, int hiddenSize, RandomStream random, bool bias = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        RecurrentOptions options = new() { Bias = bias };
        _engine = UnitChoice.For<TUnit>(options);
        _engine.Add(RecurrentInitialization.Weights(AddParameter, TUnit.Name, _engine.Sizes(inputSize, hiddenSize), "", random, options), isSecond: false);
    }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <inheritdoc/>
    public override string Description => $"{TUnit.Name} cell {InputSize} → {HiddenSize}";

    /// <summary>One step of a batch.</summary>
    /// <param name="input">[N, I]</param>
    /// <param name="states">The states before the step, each [N, H], h first; none for zeros.</param>
    /// <returns>The states after the step, each [N, H].</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public Tensor[] Step(Tensor input, params ReadOnlySpan<Tensor> states)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 2 || input.Shape[1] != InputSize) throw new ArgumentException($"{TUnit.Name} cell expects input [N, {InputSize}], got {input.Shape}");
        int batch = input.Shape[0];
        if (states.Length != 0 && states.Length != TUnit.States) throw new ArgumentException($"{TUnit.Name} cell carries {TUnit.States} states, got {states.Length}");
        Tensor[] initial = new Tensor[states.Length];
        for (int part = 0; part < initial.Length; part++)
        {
            if (states[part].Rank != 2 || states[part].Shape[0] != batch || states[part].Shape[1] != HiddenSize)
                throw new ArgumentException($"{TUnit.Name} cell expects states [{batch}, {HiddenSize}], got {states[part].Shape}");
            initial[part] = states[part].Reshape(1, batch, HiddenSize);
        }
        (_, Tensor[] final) = _engine.Apply(.., Direction.Forward, input.Reshape(batch, 1, InputSize), initial, default, default);
        return Array.ConvertAll(final, part => part.Reshape(batch, HiddenSize));
    }

    /// <summary>One step from zero states [N, I] → h [N, H].</summary>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => Step(input)[0];
}
