namespace Elman;

/// <summary>What is known, before anything is computed, of the values that a module hands to the next at each step.</summary>
/// <param name="Size">F, how many they are; null if unknown.</param>
/// <param name="Reversed">How many of them, at the end, a backward direction made; null if unknown, or if they are mixed with the others.</param>
/// <param name="IsMixed">Whether each is made of what a backward direction has left and of what a forward one has.</param>
/// <param name="HasSteps">Whether they are of steps, [N, L, F]; false of one row for each sequence, [N, F]; null if unknown.</param>
internal readonly record struct StepValues(int? Size, int? Reversed, bool IsMixed, bool? HasSteps)
{
    /// <summary>The values behind a module that is given these.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">Where it stands.</param>
    /// <exception cref="ArgumentException">It cannot stand there: the message says where and why.</exception>
    public StepValues Behind(Module module, string path)
    {
        if (module is Sequential or SequenceEncoder or Masking or Shortcut)
        {
            StepValues values = this;
            foreach ((string name, Module child) in module.Children) values = values.Behind(child, $"{path}.{name}");
            return values;
        }
        CheckRank(module, path);
        int? size = SizeBehind(module, path);
        switch (module)
        {
            case LastStep last:
                Check(last, path);
                return new(size, 0, false, false);
            case StepPool or AttentionPool or MeanMaxPool:
                return new(size, 0, false, false);
            case Repeat:
                return new(size, 0, false, true);
            case RecurrentLayer { Options.Direction: Direction.Forward } or IDecaying:
                return new(size, 0, false, true);
            case Embedding:
                return new(size, 0, false, null);
            case RecurrentLayer layer:
                if (layer.Options.Merge == Merge.None) throw At(path, $"the directions of {layer.Description} stay apart, so that no module can follow it: merge them, or call ForwardDirections");
                bool stays = layer.Options.Direction == Direction.Reverse || layer.Options.Merge == Merge.Concat;
                return new(size, !stays ? null : layer.Options.Direction == Direction.Reverse ? size : size / 2, !stays, true);
            case Activate or Dropout:
                return this with { Size = size };
            case Linear or Conv1d or LayerNorm or Softmax or MergeHalves:
                bool mixes = IsMixed || Reversed > 0;
                return new(size, mixes ? null : Reversed, mixes, HasSteps);
            default:
                return new(size, null, false, null);
        }
    }

    private void CheckRank(Module module, string path)
    {
        if (HasSteps == false && module is (RecurrentLayer or IDecaying or Conv1d or LastStep or StepPool or AttentionPool or MeanMaxPool))
            throw At(path, $"{module.Description} takes sequences [N, L, F], and cannot follow one row for each sequence [N, F]");
        if (HasSteps == true && module is Repeat) throw At(path, $"{module.Description} takes one row for each sequence [N, F], and cannot follow sequences [N, L, F]");
    }

    private int? SizeBehind(Module module, string path)
    {
        switch (module)
        {
            case MergeHalves:
                return Size % 2 != 1 ? Size / 2 : throw At(path, $"it merges halves and cannot follow an output of size {Size}");
            case StepPool or AttentionPool or Repeat:
                return Size;
            case MeanMaxPool:
                return 2 * Size;
            case IStreamable steps:
                if ((Size ?? steps.StepInputSize) is not { } size) return null;
                try
                {
                    return steps.StepOutputSize(size);
                }
                catch (ArgumentException failure)
                {
                    throw At(path, failure.Message);
                }
            default:
                return null;
        }
    }

    /// <summary>The last step must be told what a backward direction made: that ends at the first.</summary>
    private void Check(LastStep last, string path)
    {
        const string Instead = "or LastStep(0) for what stands at the last step, whatever made it";
        if (last.IsAssumed && Reversed > 0) throw At(path, $"LastStep() behind a layer of a backward direction, which ends at the first step: write LastStep(reversed: {Reversed}), {Instead}");
        if (last.IsAssumed && IsMixed)
            throw At(path, $"LastStep() behind values that are mixed with those of a backward direction, which ends at the first step: put LastStep(reversed: …) right behind that layer, {Instead}");
        if (last.Reversed > 0 && Reversed is { } reversed && reversed != last.Reversed)
            throw At(path, $"LastStep(reversed: {last.Reversed}) behind values of which a backward direction made {reversed}: write LastStep(reversed: {reversed})");
    }

    private static ArgumentException At(string path, string what) => new($"module {path}: {what}");
}
