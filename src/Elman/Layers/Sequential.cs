namespace Elman;

/// <summary>
/// Modules applied one after the other. They are named "0", "1", …, as in PyTorch, and each is given the lengths, up to the first whose
/// output has other steps than its input.
/// </summary>
/// <example><code>Sequential model = new(new Lstm(8, 64, random), new Linear(64, 1, random));</code></example>
public sealed class Sequential : Module, IStreamable, IStateful, IStateOutput, IGroupSteps
{
    /// <summary>The modules as steps; those that cannot be computed step by step are missing.</summary>
    private readonly List<IStreamable> _steps = [];

    private StepValues _values;

    /// <summary>A module that applies <paramref name="modules"/> in order.</summary>
    /// <exception cref="ArgumentException">A module takes values of another size than the one before it gives, or is a <see cref="LastStep"/> of another direction.</exception>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        foreach (Module module in modules) Add($"{Children.Count}", module);
    }

    /// <summary>A module that applies others in order, each under a name of its own: parameters are called NAME.weight and so on.</summary>
    /// <exception cref="ArgumentException">A name is empty, or two are the same; or modules do not fit together, as for the constructor.</exception>
    public static Sequential Named(params ReadOnlySpan<(string Name, Module Module)> modules)
    {
        Sequential result = new();
        foreach ((string name, Module module) in modules)
        {
            ArgumentException.ThrowIfNullOrEmpty(name, nameof(modules));
            result.Add(name, module);
        }
        return result;
    }

    /// <inheritdoc/>
    public override string Description => $"sequential of {Children.Count}";

    /// <inheritdoc/>
    public override bool KeepsSteps => Children.All(child => child.Module.KeepsSteps);

    /// <summary>That of the first module that has one: those before it leave the size as it is.</summary>
    public int? StepInputSize => _steps.Select(module => module.StepInputSize).FirstOrDefault(size => size is not null);

    /// <inheritdoc/>
    public int StateSize { get; private set; }

    /// <inheritdoc/>
    public string? WhyNotStreamable
    {
        get
        {
            foreach ((string name, Module module) in Children)
            {
                if (module is not IStreamable steps) return $"module {name}, {module.Description}, cannot be computed step by step";
                if (steps.WhyNotStreamable is { } reason) return $"module {name}, {reason}";
            }
            return null;
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach ((_, Module module) in Children)
        {
            input = module.Forward(input, lengths);
            if (!module.KeepsSteps) lengths = default;
        }
        return input;
    }

    /// <inheritdoc/>
    public int StateParts => Children.Sum(child => child.Module is IStateful stateful ? stateful.StateParts : 0);

    /// <summary>
    /// As <see cref="Forward(Tensor, ReadOnlySpan{int})"/>, from the state in which an earlier batch has left the network: the next window of the same sequences. It has the parts of
    /// the recurrent layers, one layer after the other.
    /// </summary>
    /// <param name="input">The batch.</param>
    /// <param name="initial">What an earlier call returned; null where the sequences begin.</param>
    /// <param name="lengths">Valid steps of each sequence [N]; empty if all are L.</param>
    /// <returns>The output, and the state behind the last valid step of each sequence; null if no module carries one.</returns>
    /// <exception cref="ArgumentException">The state has another number of parts, or a shape does not fit.</exception>
    /// <exception cref="InvalidOperationException">A module carries from step to step what no state holds: the message names it.</exception>
    /// <example><code>(Tensor output, State? next) = net.Forward(window, state);</code></example>
    public (Tensor Output, State? Final) Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        int expected = StateParts, part = 0;
        if (initial is not null && initial.Parts.Count != expected)
            throw new ArgumentException($"the modules carry {expected} states, the initial state has {initial.Parts.Count} parts", nameof(initial));
        List<Tensor> final = [];
        foreach ((string name, Module module) in Children)
        {
            if (module is IStateful { StateParts: > 0 and var parts } stateful)
            {
                State? own = initial is null ? null : new State([.. initial.Parts.Skip(part).Take(parts)]);
                (input, State? left) = stateful.Forward(input, own, lengths);
                final.AddRange(left!.Parts);
                part += parts;
            }
            else
            {
                if (Carrier(module, name) is { } carrier) throw new InvalidOperationException($"module {carrier} carries from step to step what no state holds, so a later batch cannot go on from there");
                input = module.Forward(input, lengths);
            }
            if (!module.KeepsSteps) lengths = default;
        }
        return (input, final.Count == 0 ? null : new State([.. final]));
    }

    /// <summary>What in a module would begin anew with each batch, its path and description; null if nothing would.</summary>
    private static string? Carrier(Module module, string path)
    {
        if (module is IStateful { StateParts: > 0 } or IDecaying or Conv1d { KernelSize: > 1 }) return $"{path}, {module.Description},";
        foreach ((string name, Module child) in module.Children)
            if (Carrier(child, $"{path}.{name}") is { } found) return found;
        return null;
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize)
    {
        foreach (IStreamable module in _steps) inputSize = module.StepOutputSize(inputSize);
        return inputSize;
    }

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize)
    {
        int between = 0, most = 0;
        foreach (IStreamable module in _steps)
        {
            most = Math.Max(most, module.StepWorkspace(inputSize));
            between += inputSize = module.StepOutputSize(inputSize);
        }
        return between + most;
    }

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
        foreach (IStreamable module in _steps)
        {
            module.InitializeState(state[..module.StateSize]);
            state = state[module.StateSize..];
        }
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        for (int i = 0; i < _steps.Count; i++)
        {
            IStreamable module = _steps[i];
            int size = module.StepOutputSize(input.Length), carried = module.StateSize;
            Span<float> between = i < _steps.Count - 1 ? workspace[..size] : output[..size];
            if (i < _steps.Count - 1) workspace = workspace[size..];
            module.Step(input, between, state[..carried], workspace);
            state = state[carried..];
            input = between;
        }
        if (_steps.Count == 0) input.CopyTo(output);
    }

    /// <summary>That of the last module.</summary>
    int? IStateOutput.OutputAt => _steps.Count > 0 && _steps[^1] is IStateOutput { OutputAt: { } at } last ? StateSize - ((IStreamable)last).StateSize + at : null;

    int IGroupSteps.GroupWorkspace(int rows, int inputSize)
    {
        int between = 0, most = 0;
        foreach (IStreamable module in _steps)
        {
            most = Math.Max(most, GroupSteps.Workspace(module, rows, inputSize));
            between += rows * (inputSize = module.StepOutputSize(inputSize));
        }
        return between + most;
    }

    void IGroupSteps.Step(int rows, ReadOnlySpan<float> input, Span<float> output, Span<float> states, int stride, Span<float> workspace)
    {
        for (int i = 0; i < _steps.Count; i++)
        {
            IStreamable module = _steps[i];
            int size = rows * module.StepOutputSize(input.Length / rows);
            Span<float> between = i < _steps.Count - 1 ? workspace[..size] : output[..size];
            if (i < _steps.Count - 1) workspace = workspace[size..];
            GroupSteps.Step(module, rows, input, between, states, stride, workspace);
            states = states[module.StateSize..];
            input = between;
        }
        if (_steps.Count == 0) input.CopyTo(output);
    }

    private void Add(string name, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        _values = _values.Behind(module, name);
        AddChild(name, module);
        if (module is not IStreamable steps) return;
        _steps.Add(steps);
        StateSize += steps.StateSize;
    }
}
