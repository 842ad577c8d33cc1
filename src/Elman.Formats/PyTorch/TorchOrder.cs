namespace Elman.Formats.PyTorch;

/// <summary>
/// The order in which modules of a state dict are applied. The file does not tell it: names may be sorted, a class may make its modules in another order than it calls them,
/// and what has no weights is not there. So an order is taken only where a single one fits; otherwise it must be given.
/// </summary>
internal static class TorchOrder
{
    /// <summary>How many orders an error message shows.</summary>
    private const int Shown = 4;

    /// <summary>Places that are tried before the search gives up; a network of this many equal modules needs an order of its own.</summary>
    private const int MostPlaces = 100_000;

    private static readonly string[] Activations = ["tanh", "relu", "sigmoid"];

    /// <summary>Finds the only order that fits.</summary>
    /// <exception cref="FormatException">None does, several do, or something without weights stands between the modules.</exception>
    public static TorchReading Find(IReadOnlyList<TorchModule> modules)
    {
        List<TorchLayer[]> orders = Orders(modules);
        if (orders.Count == 0) throw new FormatException($"its modules are no chain, in which each takes what the one before it gives ({Sizes(modules)}); fill a network of your own (PyTorchFile.ReadInto)");
        if (orders.Count > 1)
        {
            string[] readings = [.. orders.Take(Shown).Select(order => string.Join(',', order.Select(layer => Item(layer, modules, orders))))];
            throw new FormatException($"its names and sizes fit several orders of its modules, and a state dict does not tell which: say it with --order {string.Join(" or --order ", readings)}{(orders.Count > Shown ? " or another" : "")}");
        }
        string[] names = [.. orders[0].Select(layer => Item(layer, modules, orders))];
        if (modules.FirstOrDefault(module => module.Doubt is not null) is { } doubtful)
        {
            string layerNorm = string.Join(',', names.Select(name => name == doubtful.Name ? name + ":layernorm" : name));
            throw new FormatException($"module {Quote(doubtful.Name)} has tensors that {doubtful.Doubt} have: if it is a LayerNorm say so, --order {layerNorm}; Elman has none of the others");
        }
        if (Gap(modules) is var (at, without))
        {
            int place = Array.IndexOf(names, at);
            throw new FormatException($"module {Quote(without)} has no weights and is not in the file: say what stands there, such as --order {string.Join(',', [.. names[..place], "relu", .. names[place..]])}, "
                + $"or --order {string.Join(',', names)} if it is nothing but dropout");
        }
        return new(orders[0], Assumed(orders[0], modules, given: false));
    }

    /// <summary>Takes the order that was given.</summary>
    /// <param name="modules">The modules.</param>
    /// <param name="order">NAME or NAME:KIND of each module, and what stands between them: tanh, relu, sigmoid, last.</param>
    /// <exception cref="FormatException">A module is missing, is there twice, or cannot be that.</exception>
    public static TorchReading Given(IReadOnlyList<TorchModule> modules, IReadOnlyList<string> order)
    {
        List<TorchLayer> layers = [];
        HashSet<string> used = [];
        (string Name, string Kind, TorchModule? Module)[] items = [.. order.Select(item => Parse(item, modules))];
        foreach ((string name, string kind, TorchModule? module) in items)
        {
            if (module is null && kind.Length == 0 && Between(name.ToLowerInvariant(), layers, modules) is { } between)
            {
                layers.Add(between);
                continue;
            }
            if (module is null) throw new FormatException($"the order names {Quote(name)}, which is no module of the file ({string.Join(", ", modules.Select(one => Quote(one.Name)))}) nor one of {string.Join(", ", Activations)}, last");
            if (!used.Add(name)) throw new FormatException($"the order names {Quote(name)} twice; a module that is used twice needs a network of your own (PyTorchFile.ReadInto)");
            TorchModule? next = items.SkipWhile(item => item.Module != module).Skip(1).FirstOrDefault(item => item.Module is not null).Module;
            layers.Add(Kind(module, kind, isFirst: layers.Count == 0, next));
        }
        if (modules.FirstOrDefault(module => !used.Contains(module.Name)) is { } missing) throw new FormatException($"the order lacks module {Quote(missing.Name)}; leave none out");
        for (int i = 1; i < layers.Count; i++)
        {
            if (layers[i].Inputs != layers[i - 1].Outputs)
                throw new FormatException($"in that order module {Quote(layers[i].Name)} takes {layers[i].Inputs} values, {Quote(layers[i - 1].Name)} before it gives {layers[i - 1].Outputs}");
        }
        return new([.. layers], Assumed(layers, modules, given: true));
    }

    /// <summary>Every order in which each module takes what the one before it gives, up to one more than are shown.</summary>
    private static List<TorchLayer[]> Orders(IReadOnlyList<TorchModule> modules)
    {
        List<TorchLayer[]> found = [];
        TorchLayer[] chosen = new TorchLayer[modules.Count];
        bool[] used = new bool[modules.Count];
        int places = 0;
        Place(0);
        return found;

        void Place(int at)
        {
            if (at == modules.Count) found.Add([.. chosen]);
            for (int m = 0; m < modules.Count && at < modules.Count && found.Count <= Shown; m++)
            {
                if (used[m] || Enumerable.Range(0, modules.Count).Any(other => !used[other] && other != m && Precedes(modules[other].Name, modules[m].Name))) continue;
                if (++places > MostPlaces) throw new FormatException("its modules fit too many orders to try them all; give it with --order");
                foreach (TorchLayer layer in modules[m].Kinds)
                {
                    // Classes come from outside, so an embedding is the first.
                    if (at > 0 && (layer is TorchEmbedding || layer.Inputs != chosen[at - 1].Outputs)) continue;
                    (chosen[at], used[m]) = (layer, true);
                    Place(at + 1);
                    used[m] = false;
                }
            }
        }
    }

    /// <summary>Whether names of one parent say by their numbers that one module is applied before another: "head.2" before "head.10".</summary>
    private static bool Precedes(string one, string other)
    {
        string[] own = one.Split('.'), others = other.Split('.');
        int differs = own.Zip(others).TakeWhile(pair => pair.First == pair.Second).Count();
        return differs < own.Length && differs < others.Length && int.TryParse(own[differs], out int first) && int.TryParse(others[differs], out int second) && first < second;
    }

    /// <summary>The first number that is missing among siblings: the module after it, and its name.</summary>
    private static (string At, string Without)? Gap(IReadOnlyList<TorchModule> modules)
    {
        foreach (IGrouping<string, TorchModule> siblings in modules.Where(module => int.TryParse(Own(module), out _)).GroupBy(Parent))
        {
            int expected = 0;
            foreach (TorchModule module in siblings.OrderBy(one => int.Parse(Own(one), System.Globalization.CultureInfo.InvariantCulture)))
            {
                if (Own(module) != $"{expected}") return (module.Name, Child(siblings.Key, $"{expected}"));
                expected++;
            }
        }
        return null;

        static string Own(TorchModule module) => module.Name[(module.Name.LastIndexOf('.') + 1)..];
        static string Parent(TorchModule module) => module.Name[..Math.Max(module.Name.LastIndexOf('.'), 0)];
        static string Child(string parent, string own) => parent.Length == 0 ? own : $"{parent}.{own}";
    }

    /// <summary>The order that a network of Elman's has: its architecture tells it.</summary>
    /// <returns>See <see cref="ReadOptions.Order"/>; empty where a state dict's reader has no words for the network.</returns>
    public static IReadOnlyList<string> Of(Module network)
    {
        if (network is not Sequential) return [];
        string?[] items = [.. network.Children.Select(child => child.Module switch
        {
            Embedding => $"{child.Name}:embedding",
            LayerNorm => $"{child.Name}:layernorm",
            Linear => $"{child.Name}:linear",
            RecurrentLayer { Cell: "rnn" } => $"{child.Name}:tanh",
            RecurrentLayer { Cell: "rnn-relu" } => $"{child.Name}:relu",
            RecurrentLayer => child.Name,
            LastStep => "last",
            Activate activate when Activations.Contains(activate.Activation.ToString().ToLowerInvariant()) => activate.Activation.ToString().ToLowerInvariant(),
            Dropout => "",
            _ => null,
        })];
        return items.Contains(null) ? [] : [.. items.Where(item => item!.Length > 0)!];
    }

    private static (string Name, string Kind, TorchModule? Module) Parse(string item, IReadOnlyList<TorchModule> modules)
    {
        (string name, string kind) = (item, "");
        if (modules.All(module => module.Name != item) && item.LastIndexOf(':') is >= 0 and int colon) (name, kind) = (item[..colon], item[(colon + 1)..].ToLowerInvariant());
        return (name, kind, modules.FirstOrDefault(module => module.Name == name));
    }

    private static TorchLayer Kind(TorchModule module, string kind, bool isFirst, TorchModule? next)
    {
        TorchLayer[] fitting = [.. module.Kinds.Where(layer => isFirst || layer is not TorchEmbedding)];
        // What follows may tell them apart.
        if (fitting.Length > 1 && next is not null && fitting.Count(layer => next.Kinds.Any(after => after.Inputs == layer.Outputs)) == 1)
            fitting = [.. fitting.Where(layer => next.Kinds.Any(after => after.Inputs == layer.Outputs))];
        TorchLayer? chosen = kind switch
        {
            "" when module.Doubt is not null => throw new FormatException($"module {Quote(module.Name)} has tensors that {module.Doubt} have: if it is a LayerNorm write {module.Name}:layernorm; Elman has none of the others"),
            "" when fitting.Length > 1 => throw new FormatException($"module {Quote(module.Name)} may be an Embedding or a Linear: write {module.Name}:embedding or {module.Name}:linear"),
            "" => fitting.FirstOrDefault(),
            "tanh" => fitting.OfType<TorchRecurrent>().FirstOrDefault(layer => layer.Cell == "rnn"),
            "relu" => fitting.OfType<TorchRecurrent>().FirstOrDefault(layer => layer.Cell == "rnn") is { } rnn ? rnn with { Relu = true } : null,
            _ => module.Kinds.FirstOrDefault(layer => layer.Kind == kind && (isFirst || layer is not TorchEmbedding)),
        };
        return chosen ?? throw new FormatException($"module {Quote(module.Name)} cannot be {(kind.Length == 0 ? "there" : Quote(kind))}; by its tensors it is {string.Join(" or ", module.Kinds.Select(layer => layer.Kind))}");
    }

    /// <summary>What has no tensors: an activation function, or "last", the step that PyTorch's final state holds.</summary>
    private static TorchLayer? Between(string word, List<TorchLayer> before, IReadOnlyList<TorchModule> modules)
    {
        if (word != "last" && Array.IndexOf(Activations, word) < 0) return null;
        if (before.Count == 0) throw new FormatException($"the order begins with {word}, which needs a module before it");
        string name = word;
        for (int i = 2; before.Any(layer => layer.Name == name) || modules.Any(module => module.Name == name); i++) name = $"{word}{i}";
        int size = before[^1].Outputs;
        if (word != "last") return new TorchActivation(name, size, word);
        if (before.Any(layer => layer is TorchLast)) throw new FormatException("the order has last twice; after the first there is one step");
        TorchRecurrent? recurrent = before.OfType<TorchRecurrent>().LastOrDefault();
        return new TorchLast(name, size, recurrent is { Bidirectional: true } ? size / 2 : 0);
    }

    private static List<string> Assumed(IReadOnlyList<TorchLayer> layers, IReadOnlyList<TorchModule> modules, bool given)
    {
        List<string> assumed = [];
        if (!given && modules.Count > 1) assumed.Add($"the modules are applied one after the other, {string.Join(", ", layers.Select(layer => Quote(layer.Name)))}: the only order that their sizes and numbers fit");
        foreach (TorchRecurrent layer in layers.OfType<TorchRecurrent>().Where(layer => layer.Cell == "rnn" && !layer.Relu && !given)) assumed.Add($"{Quote(layer.Name)} has tanh; with relu it is --order …,{layer.Name}:relu,…");
        foreach (TorchLayerNorm layer in layers.OfType<TorchLayerNorm>()) assumed.Add($"{Quote(layer.Name)} is a LayerNorm with PyTorch's ε of 1e-5");
        if (!given && modules.Count > 1) assumed.Add("there is no activation function between the modules, and every step is looked at");
        return assumed;
    }

    /// <summary>A module in an order, with its kind where orders differ by it.</summary>
    private static string Item(TorchLayer layer, IReadOnlyList<TorchModule> modules, List<TorchLayer[]> orders)
    {
        TorchModule module = modules.First(one => one.Name == layer.Name);
        bool differs = orders.Select(order => order.First(one => one.Name == layer.Name).Kind).Distinct().Count() > 1;
        return module.Doubt is not null && orders.Count > 1 ? $"{layer.Name}:{layer.Kind}" : differs ? $"{layer.Name}:{layer.Kind}" : layer.Name;
    }

    private static string Sizes(IReadOnlyList<TorchModule> modules) => string.Join(", ", modules.Take(8).Select(module => $"{Quote(module.Name)} {module.Kinds[0].Inputs} → {module.Kinds[0].Outputs}")) + (modules.Count > 8 ? ", …" : "");

    private static string Quote(string name) => SafeTensorsHeader.Quote(name);
}
