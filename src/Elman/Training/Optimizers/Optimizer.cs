using Elman.Kernels;

namespace Elman;

/// <summary>
/// Changes parameters in place, following their gradients. What an optimizer remembers of earlier steps is a set of named buffers
/// of the parameters' shapes; a subclass names them and writes one update.
/// </summary>
public abstract class Optimizer
{
    private readonly Slot[] _slots;
    private readonly string[] _bufferNames;
    private int _taken;

    /// <summary>Prepares buffers of zeros for every parameter.</summary>
    /// <param name="parameters">Names and tensors, for example <see cref="Module.Parameters"/>.</param>
    /// <param name="learningRate">The initial learning rate.</param>
    /// <param name="buffers">Names of the buffers that each parameter gets, PyTorch's where it has them.</param>
    /// <exception cref="ArgumentException">There is no parameter, or two bear one name. A tensor that is given twice is one parameter, under the first of its names.</exception>
    protected Optimizer(IEnumerable<(string Name, Tensor Value)> parameters, double learningRate, params ReadOnlySpan<string> buffers)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        RequireRange(learningRate, 0, double.MaxValue, nameof(learningRate));
        LearningRate = learningRate;
        Parameters = [.. parameters.DistinctBy(parameter => parameter.Value)];
        if (Parameters.Count == 0) throw new ArgumentException("an optimizer needs at least one parameter", nameof(parameters));
        if (Parameters.CountBy(parameter => parameter.Name).FirstOrDefault(name => name.Value > 1).Key is { } repeated)
            throw new ArgumentException($"two parameters are named '{repeated}'; names must differ", nameof(parameters));
        _bufferNames = buffers.ToArray();
        _slots = [.. Parameters.Select(parameter => new Slot(parameter.Name, parameter.Value, _bufferNames.Length))];
    }

    /// <summary>The factor by which a step follows the gradient; a <see cref="LearningRateSchedule"/> sets it before each step.</summary>
    public double LearningRate { get; set; }

    /// <summary>The parameters that are optimized, in order.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    /// <summary>Whether a run of a <see cref="Trainer"/> has it, or had it: its buffers go on from there.</summary>
    internal bool IsTaken => _taken != 0;

    /// <summary>A run takes the optimizer for itself; false if another has.</summary>
    internal bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Updates every parameter that requires a gradient and has one; the others stay as they are.</summary>
    public void Step()
    {
        foreach (Slot slot in _slots)
        {
            if (!slot.Value.RequiresGradient || slot.Value.Gradient is not { } gradient) continue;
            Span<float> values = slot.Value.Writable();
            // An update makes none, but first weights may be denormal, and stay so where the gradient is 0.
            if (slot.Steps++ == 0) Denormals.Flush(values);
            Update(values, gradient.Span, slot.Buffers, slot.Steps);
        }
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        foreach (Slot slot in _slots) slot.Value.ZeroGradient();
    }

    /// <summary>
    /// What the optimizer remembers, as tensors to be stored: <c>{prefix}{parameter}/{buffer}</c>, and <c>{prefix}steps</c>, the
    /// number of updates of each parameter.
    /// </summary>
    /// <param name="prefix">Begins every name.</param>
    public IReadOnlyList<SafeTensor> SaveState(string prefix = "")
    {
        List<SafeTensor> state = [SafeTensor.From(prefix + "steps", [.. _slots.Select(slot => slot.Steps)], _slots.Length)];
        foreach (Slot slot in _slots)
            for (int i = 0; i < _bufferNames.Length; i++)
                state.Add(SafeTensor.From($"{prefix}{slot.Name}/{_bufferNames[i]}", slot.Buffers[i], slot.Value.Shape.Extents));
        return state;
    }

    /// <summary>Goes on where <see cref="SaveState"/> was called on an optimizer of the same description and parameters.</summary>
    /// <param name="file">The file that holds the state, among other tensors perhaps.</param>
    /// <param name="prefix">Begins every name.</param>
    /// <exception cref="ElmanException">A tensor is missing, misshapen or not finite; nothing was changed.</exception>
    public void LoadState(SafeTensorsFile file, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(file);
        long[] steps = file.GetLongs(prefix + "steps");
        if (steps.Length != _slots.Length)
            throw new ElmanException($"{file.Source}: the optimizer's state is of {steps.Length} parameters, the model has {_slots.Length}; train the model anew");
        if (Array.Exists(steps, count => count < 0)) throw new ElmanException($"{file.Source}: the optimizer's state has a number of steps below zero; train the model anew");
        float[][][] buffers = [.. _slots.Select(slot => _bufferNames.Select(name => Stored(file, $"{prefix}{slot.Name}/{name}", slot.Value.Shape)).ToArray())];
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Steps = steps[i];
            for (int k = 0; k < _bufferNames.Length; k++) buffers[i][k].CopyTo(_slots[i].Buffers[k], 0);
        }
    }

    /// <summary>The name and the settings but the learning rate; two optimizers of the same description compute the same.</summary>
    public abstract override string ToString();

    /// <summary>Updates one parameter. All lengths are equal; nothing is allocated.</summary>
    /// <param name="values">The parameter, to be changed.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="buffers">Its buffers in the order of their names, to be changed.</param>
    /// <param name="step">The number of this update of this parameter, 1 at first.</param>
    protected abstract void Update(Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers, long step);

    /// <summary>Checks a setting.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside the range, ends included.</exception>
    private protected static void RequireRange(double value, double low, double high, string name)
    {
        if (!(value >= low && value <= high))
            throw new ArgumentOutOfRangeException(name, value, high == double.MaxValue ? $"{name} must be at least {low}" : $"{name} must lie in {low} … {high}");
    }

    private static float[] Stored(SafeTensorsFile file, string name, Shape expected)
    {
        float[] values = file.GetFloats(name);
        Shape shape = new(file.Get(name).Shape.AsSpan());
        return shape == expected ? values : throw new ElmanException($"{file.Source}: tensor '{name}' has shape {shape}, the model expects {expected}; train the model anew");
    }

    /// <summary>One parameter with what is remembered of it.</summary>
    private sealed class Slot(string name, Tensor value, int buffers)
    {
        public string Name => name;

        public Tensor Value => value;

        public float[][] Buffers { get; } = [.. Enumerable.Range(0, buffers).Select(_ => new float[value.Count])];

        public long Steps { get; set; }
    }
}
