namespace Elman.Formats;

/// <summary>What one layer, or the whole network, said to a probe.</summary>
/// <param name="Name">The layer's name; empty if it is the whole network.</param>
/// <param name="Values">The numbers in row-major order.</param>
/// <param name="IsState">Whether it is a final state, not what the next layer sees.</param>
public sealed record ProbeOutput(string Name, double[] Values, bool IsState = false);

/// <summary>A network that is not simply fed with [N, L, I]: it says what it takes, and how.</summary>
public interface IProbed
{
    /// <summary>I, or 1 where classes go in.</summary>
    int ProbeSize { get; }

    /// <summary>C, where classes go in; else null.</summary>
    int? ProbeClasses { get; }

    /// <summary>Runs the network.</summary>
    /// <param name="input">[N, L, I], or classes [N, L].</param>
    /// <param name="lengths">Valid steps of each sequence, empty if all are L.</param>
    /// <returns>[N, L, ..] or [N, ..].</returns>
    /// <exception cref="ArgumentException">The network takes no lengths.</exception>
    Tensor RunProbe(Tensor input, ReadOnlySpan<int> lengths);
}

/// <summary>
/// Input made up from a seed, by which two networks are compared: a batch of sequences, the values normally distributed, or classes where the network
/// begins with an embedding.
/// </summary>
public sealed class Probe
{
    /// <summary>What is tried by default: single steps, short and longer sequences, and lengths that differ within the batch.</summary>
    private static readonly int[][] DefaultLengths = [[1, 1, 1], [5, 5, 5], [12, 12], [12, 1, 7, 4]];

    private Probe(Tensor input, int[] lengths) => (Input, Lengths) = (input, lengths);

    /// <summary>[N, L, I], or classes [N, L].</summary>
    public Tensor Input { get; }

    /// <summary>Valid steps of each sequence.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Whether sequences end before L.</summary>
    public bool IsRagged => Lengths.Any(length => length != Input.Shape[1]);

    /// <summary>Probes of several lengths that fit a network; the last one is ragged.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">The same seed gives the same probes.</param>
    /// <exception cref="ElmanException">The network does not tell the size of its input.</exception>
    public static IReadOnlyList<Probe> For(Module network, ulong seed) => For(network, seed, null, null);

    /// <summary>The same, of a batch and a number of steps that are fixed, where they are.</summary>
    /// <inheritdoc cref="For(Module, ulong)"/>
    internal static IReadOnlyList<Probe> For(Module network, ulong seed, int? batch, int? steps)
    {
        ArgumentNullException.ThrowIfNull(network);
        int[][] tried = batch is null && steps is null ? DefaultLengths
            : [.. DefaultLengths.Select(lengths => Enumerable.Range(0, batch ?? lengths.Length).Select(row => steps ?? lengths[row % lengths.Length]).ToArray()).DistinctBy(lengths => string.Join(',', lengths))];
        RandomStream random = new(seed);
        if (network is ForecastNet forecast)
        {
            // Windows of one length: the rows that are looked at, and those that are forecast.
            int rows = forecast.Context + forecast.Horizon, features = ((RecurrentLayer)forecast.Children[0].Module).InputSize;
            return [new Probe(Tensor.Normal(random, 4, rows, features), [rows, rows, rows, rows])];
        }
        (int size, int? classes) = InputOf(network) ?? throw new ElmanException($"{network.Description}: it does not tell the size of its input, so there is nothing to try it with");
        return [.. tried.Select(lengths =>
        {
            if (classes is not { } count) return new Probe(Taken(network, Tensor.Normal(random, lengths.Length, lengths.Max(), size)), lengths);
            Tensor indices = Tensor.Zeros(lengths.Length, lengths.Max());
            foreach (ref float value in indices.Writable()) value = random.NextInt(count);
            return new Probe(indices, lengths);
        })];
    }

    /// <summary>A probe of given input.</summary>
    /// <param name="input">[N, L, I], or classes [N, L].</param>
    /// <param name="lengths">Valid steps of each sequence.</param>
    public static Probe Of(Tensor input, params ReadOnlySpan<int> lengths) => new(input, lengths.ToArray());

    /// <summary>What a network says to it: the outputs of all modules of a <see cref="Sequential"/>, and the final states of recurrent ones.</summary>
    /// <exception cref="ArgumentException">The network does not take such input.</exception>
    public IReadOnlyList<ProbeOutput> Run(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using Inference inference = Inference.Begin();
        List<ProbeOutput> outputs = [];
        Run(network, "", Input, IsRagged ? [.. Lengths] : [], outputs);
        return outputs;
    }

    /// <summary>An output [N, L, ..] or [N, ..] of the whole network; what stands after the end of a sequence means nothing.</summary>
    internal ProbeOutput Output(string name, Tensor output) => new(name, Values(Masked(output, IsRagged ? [.. Lengths] : [])));

    /// <summary>The valid steps of every sequence, each step's values, exact.</summary>
    internal double[][][] Rows()
    {
        int steps = Input.Shape[1], size = Input.Rank == 2 ? 1 : Input.Shape[2];
        return [.. Lengths.Select((length, row) => Enumerable.Range(0, length)
            .Select(step => Array.ConvertAll(Input.Span.Slice((row * steps + step) * size, size).ToArray(), value => (double)value)).ToArray())];
    }

    /// <summary>Rows of steps as [N, L, size], zeros after the end of each sequence.</summary>
    internal double[] Padded(double[][][] rows, int size)
    {
        int steps = Input.Shape[1];
        double[] result = new double[rows.Length * steps * size];
        for (int row = 0; row < rows.Length; row++)
            for (int step = 0; step < rows[row].Length; step++) rows[row][step].CopyTo(result, (row * steps + step) * size);
        return result;
    }

    internal static string StateName(string layer, int part) => $"{layer} final {(part == 0 ? "h" : part == 1 ? "c" : $"state {part}")}".TrimStart();

    private static Tensor Run(Module module, string name, Tensor input, int[] lengths, List<ProbeOutput> outputs)
    {
        if (module is Sequential)
        {
            foreach ((string child, Module next) in module.Children)
            {
                input = Run(next, name.Length == 0 ? child : $"{name}.{child}", input, lengths, outputs);
                if (!next.KeepsSteps) lengths = [];
            }
            return input;
        }
        State? final = null;
        Tensor output;
        if (module is RecurrentLayer { Options.Merge: Merge.None } apart)
        {
            (Tensor forward, Tensor reverse, final) = apart.ForwardDirections(input, null, lengths);
            output = Tensor.Concat(2, forward, reverse);
        }
        else if (module is RecurrentLayer layer) (output, final) = layer.Forward(input, null, lengths);
        else output = module is IProbed probed ? probed.RunProbe(input, lengths) : module.Forward(input, lengths);
        outputs.Add(new(name, Values(Masked(output, lengths))));
        for (int part = 0; part < final?.Parts.Count; part++)
            outputs.Add(new(StateName(name, part), Values(final.Parts[part].Span), IsState: true));
        return output;
    }

    /// <summary>Layers that treat each step alone compute the padding too; it means nothing.</summary>
    private static ReadOnlySpan<float> Masked(Tensor output, int[] lengths)
    {
        if (lengths.Length == 0 || output.Rank != 3) return output.Span;
        float[] values = output.Span.ToArray();
        int steps = output.Shape[1], size = output.Shape[2];
        for (int row = 0; row < lengths.Length; row++) values.AsSpan((row * steps + lengths[row]) * size, (steps - lengths[row]) * size).Clear();
        return values;
    }

    /// <summary>
    /// Random numbers [N, L, I] as a network's first module takes them: some of the steps are masked, which random numbers never are; which values were observed is
    /// 0 or 1, and no time is negative.
    /// </summary>
    private static Tensor Taken(Module module, Tensor input)
    {
        switch (module)
        {
            case Sequential { Children: [(_, Module first), ..] }:
                return Taken(first, input);
            case Masking masking:
                int width = input.Shape[2];
                for (int step = 2; step < input.Shape[0] * input.Shape[1]; step += 3) input.Writable().Slice(step * width, width).Fill(masking.Value);
                return input;
            case IDecaying { InputSize: int size }:
                Tensor values = input.Slice(2, ..size), observed = input.Slice(2, size..(2 * size)), elapsed = input.Slice(2, (2 * size)..);
                foreach (ref float value in observed.Writable()) value = value > 0 ? 1 : 0;
                return Tensor.Concat(2, values, observed, elapsed * elapsed);
            default:
                return input;
        }
    }

    private static double[] Values(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);

    /// <summary>Whether a network takes classes rather than values.</summary>
    internal static bool TakesClasses(Module network) => InputOf(network) is { Classes: not null };

    /// <summary>What the first module that cares wants: values of a size, or one of some classes.</summary>
    private static (int Size, int? Classes)? InputOf(Module module) => module switch
    {
        IProbed probed => (probed.ProbeSize, probed.ProbeClasses),
        Embedding embedding => (1, embedding.Classes),
        Masking or Shortcut => InputOf(module.Children[0].Module),
        Sequential => module.Children.Select(child => InputOf(child.Module)).FirstOrDefault(input => input is not null),
        IStreamable { StepInputSize: { } size } => (size, null),
        _ => null,
    };
}
