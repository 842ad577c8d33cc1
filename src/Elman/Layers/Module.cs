using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// A part of a network: named parameters, named child modules, and a forward function of them. A module holds weights only;
/// what a sequence leaves behind is in <see cref="State"/> values. Names and order of parameters are PyTorch's.
/// </summary>
public abstract class Module
{
    private readonly List<(string Name, Tensor Value)> _parameters = [];
    private readonly List<(string Name, Module Module)> _children = [];
    private readonly HashSet<string> _names = [];
    private WeightDigest? _digest;
    private StreamPlan? _streamPlan;

    /// <summary>Whether dropout is active on the current thread: after <see cref="Train"/>, until <see cref="Evaluate"/>, but not in an <see cref="Inference"/>.</summary>
    public bool Training => TrainingMode.Of(this) is not null;

    /// <summary>Keys the dropout masks of the current thread's training step, see <see cref="Train"/>; null outside of one.</summary>
    internal DropoutKey? DropoutKey => TrainingMode.Of(this);

    /// <summary>The kind of the module with its sizes in a few words, such as <c>lstm 64 → 128, 2 layers</c>.</summary>
    public virtual string Description => GetType().Name;

    /// <summary>The module in words; one with children is a tree of lines, each child with its name.</summary>
    public override string ToString() => _children.Count == 0 ? Description
        : Description + string.Concat(_children.Select(child => $"\n  {child.Name}: {child.Module.ToString().Replace("\n", "\n  ", StringComparison.Ordinal)}"));

    /// <summary>Whether step t of the output belongs to step t of the input, so that the same lengths apply to both; <see cref="LastStep"/> is an exception.</summary>
    public virtual bool KeepsSteps => true;

    /// <summary>Maps a batch of sequences [N, L, in] or of rows [N, in] to one with another innermost extent.</summary>
    /// <param name="input">The batch.</param>
    /// <param name="lengths">Valid steps of each sequence [N]; empty if all are L. Layers that treat each step alone ignore it.</param>
    public abstract Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default);

    /// <summary>
    /// All parameters with their names, own ones first, then those of the children, each prefixed with the child's name and a dot. One that is reached at several places,
    /// because a layer is used twice or two layers share it, is there once, under the first of its names.
    /// </summary>
    public IEnumerable<(string Name, Tensor Value)> Parameters()
    {
        HashSet<Tensor> seen = [];
        foreach ((string Name, Tensor Value) parameter in Places())
            if (seen.Add(parameter.Value)) yield return parameter;
    }

    /// <summary>The direct child modules with their names, in order.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => _children;

    /// <summary>Number of values of all parameters.</summary>
    public long ParameterCount => Parameters().Sum(parameter => (long)parameter.Value.Count);

    /// <summary>
    /// Switches dropout on for one training step of the current thread; on other threads the module goes on evaluating. Masks are a pure function of (seed, step, layer, row, unit), so a resumed run
    /// draws the same ones; give every step its own number.
    /// </summary>
    public void Train(ulong seed = 0, long step = 0)
    {
        int layer = 0;
        SetMode(new DropoutKey(seed, step, 0), ref layer);
    }

    /// <summary>Switches dropout off on the current thread.</summary>
    public void Evaluate()
    {
        int layer = 0;
        SetMode(null, ref layer);
    }

    /// <summary>Opens a stream, to which the module is applied one time step after the other.</summary>
    /// <exception cref="InvalidOperationException">The module cannot be computed step by step: the message says why.</exception>
    public RecurrentStream OpenStream() => new(CurrentStreamPlan());

    /// <summary>What the streams of the module share, one object for all of them.</summary>
    internal StreamPlan CurrentStreamPlan()
    {
        StreamPlan plan = StreamPlan.Of(this);
        return _streamPlan == plan ? _streamPlan : _streamPlan = plan;
    }

    /// <summary>
    /// A digest, SHA-256, of architecture and weights: two modules with the same fingerprint compute the same. States that leave the
    /// process carry it. It is computed anew when weights have changed (<see cref="Tensor.Version"/>).
    /// </summary>
    public byte[] Fingerprint() => CurrentFingerprint().ToArray();

    /// <summary>The same, without a copy.</summary>
    internal ReadOnlySpan<byte> CurrentFingerprint()
    {
        int parts = Parts();
        if (Volatile.Read(ref _digest) is { } known && known.Parts == parts && known.Version == VersionOf(known.Values)) return known.Bytes;
        Tensor[] values = [.. Parameters().Select(parameter => parameter.Value)];
        long version = VersionOf(values);
        byte[] bytes = Digest();
        Volatile.Write(ref _digest, new(values, version, parts, bytes));
        return bytes;
    }

    /// <summary>Versions only grow, so their sum tells whether any has changed.</summary>
    private static long VersionOf(Tensor[] values)
    {
        long sum = 0;
        foreach (Tensor value in values) sum += value.Version;
        return sum;
    }

    /// <summary>Parameters and modules, which are added but never removed.</summary>
    private int Parts()
    {
        int parts = _parameters.Count + _children.Count;
        foreach ((_, Module child) in _children) parts += child.Parts();
        return parts;
    }

    private byte[] Digest()
    {
        using Sha256 hash = new();
        AppendDescriptions(hash);
        foreach ((string name, Tensor value) in Parameters())
        {
            hash.Write(Encoding.UTF8.GetBytes($"{name} {value.Shape}\n"));
            hash.Write(MemoryMarshal.AsBytes(value.Span));
        }
        return hash.Finish();
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        foreach ((_, Tensor value) in Parameters()) value.ZeroGradient();
    }

    /// <summary>
    /// Copies values into the parameters by name; strictly, so that no weight is left out or left over in silence. A parameter of several names may be given under any of
    /// them, and under more than one, as PyTorch's state dicts have it, if the values are the same.
    /// </summary>
    /// <exception cref="ElmanException">A parameter is missing, unknown, misshapen or not finite, or has two values; nothing was changed.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        List<(Tensor Parameter, string[] Names)> own = [.. Places().GroupBy(place => place.Value, place => place.Name).Select(group => (group.Key, group.ToArray()))];
        List<(Tensor Parameter, Tensor Value)> found = [.. own.Select(parameter => (parameter.Parameter, Given(parameter.Parameter, parameter.Names, values)))];
        HashSet<string> known = [.. own.SelectMany(parameter => parameter.Names)];
        if (values.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unused)
            throw new ElmanException($"parameter '{unused}' of shape {values[unused].Shape} is not part of the model");
        foreach ((Tensor parameter, Tensor value) in found) parameter.CopyFrom(value.Span);
    }

    /// <summary>Adds a trainable parameter under PyTorch's name for it.</summary>
    /// <returns>The parameter: <paramref name="value"/>, or its copy if that belongs to a <see cref="TensorScope"/>, which it must outlive, or wraps memory of the caller's.</returns>
    /// <exception cref="ArgumentException">The module has a parameter or a child of that name.</exception>
    protected Tensor AddParameter(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        RequireNew(name);
        if (value.IsScoped || value.IsForeign) value = value.Clone();
        value.RequiresGradient = true;
        _parameters.Add((name, value));
        return value;
    }

    /// <summary>Adds a child module. One that is added at two places is one: its parameters get one step of the optimizer, which follows the sum of both places' gradients.</summary>
    /// <exception cref="ArgumentException">The module has a parameter or a child of that name.</exception>
    protected T AddChild<T>(string name, T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        RequireNew(name);
        _children.Add((name, module));
        return module;
    }

    /// <summary>The further names of parameters that are reached at several places, each with the name under which <see cref="Parameters"/> has it.</summary>
    internal IEnumerable<(string Alias, string Name)> Aliases()
    {
        Dictionary<Tensor, string> first = [];
        foreach ((string name, Tensor value) in Places())
            if (!first.TryAdd(value, name)) yield return (name, first[value]);
    }

    /// <summary>Every parameter at every place where it is reached.</summary>
    private IEnumerable<(string Name, Tensor Value)> Places()
    {
        foreach ((string Name, Tensor Value) parameter in _parameters) yield return parameter;
        foreach ((string prefix, Module child) in _children)
            foreach ((string name, Tensor value) in child.Places()) yield return ($"{prefix}.{name}", value);
    }

    /// <summary>The value that is given for a parameter, under one of its names or more.</summary>
    private static Tensor Given(Tensor parameter, string[] names, IReadOnlyDictionary<string, Tensor> values)
    {
        (string Name, Tensor Value)? first = null;
        foreach (string name in names)
        {
            if (!values.TryGetValue(name, out Tensor? value)) continue;
            if (value.Shape != parameter.Shape) throw new ElmanException($"parameter '{name}' has shape {value.Shape}, the model expects {parameter.Shape}");
            int bad = value.Span.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            if (bad >= 0)
                throw new ElmanException(string.Create(CultureInfo.InvariantCulture, $"parameter '{name}' has the value {value.Span[bad]} at element {bad}; weights must be finite"));
            first ??= (name, value);
            if (!first.Value.Value.Span.SequenceEqual(value.Span))
                throw new ElmanException($"'{first.Value.Name}' and '{name}' are one parameter of the model, and have two values; build the model of two layers, or give one value");
        }
        return first?.Value ?? throw new ElmanException($"parameter '{names[0]}' of shape {parameter.Shape} is missing");
    }

    private void RequireNew(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_names.Add(name))
            throw new ArgumentException($"two parameters or modules are named '{name}'; names must differ", nameof(name));
    }

    private void AppendDescriptions(Sha256 hash)
    {
        hash.Write(Encoding.UTF8.GetBytes(Description + "\n"));
        foreach ((_, Module child) in _children) child.AppendDescriptions(hash);
    }

    private void SetMode(DropoutKey? step, ref int layer)
    {
        TrainingMode.Set(this, step is { } key ? key with { Layer = layer++ } : null);
        foreach ((_, Module child) in _children) child.SetMode(step, ref layer);
    }

    /// <summary>A fingerprint, and of which versions of which parameters.</summary>
    private sealed record WeightDigest(Tensor[] Values, long Version, int Parts, byte[] Bytes);
}
