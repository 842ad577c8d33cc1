namespace Elman;

/// <summary>
/// Modules applied one after the other. They are named "0", "1", …, as in PyTorch, and each is given the lengths, up to the first whose
/// output has other steps than its input.
/// </summary>
/// <example><code>Sequential model = new(new Lstm(8, 64, random), new Linear(64, 1, random));</code></example>
public sealed class Sequential : Module, IStreamable
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
        foreach (IStreamable module in _steps)
        {
            int size = module.StepOutputSize(input.Length), carried = module.StateSize;
            Span<float> between = workspace[..size];
            workspace = workspace[size..];
            module.Step(input, between, state[..carried], workspace);
            state = state[carried..];
            input = between;
        }
        input.CopyTo(output);
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
