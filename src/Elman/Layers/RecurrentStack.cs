using Elman.Kernels;

namespace Elman;

/// <summary>Stacked layers of which each is a call of the engine, because more lies between them than concatenation and dropout.</summary>
internal static class RecurrentStack
{
    /// <summary>Runs a batch through all layers.</summary>
    /// <param name="input">[N, L, I]</param>
    /// <param name="initial">K·S states [D, N, H of the layer], layer by layer, or none for zeros.</param>
    /// <param name="lengths">[N], or empty if all are L.</param>
    /// <returns>The last layer's output [N, L, …], or those of both directions if they stay apart; and the final states, as the initial ones.</returns>
    public static (Tensor[] Outputs, Tensor[] Final) Apply(RecurrentEngine engine, StackShape shape, Tensor input, Tensor[] initial,
        ReadOnlySpan<int> lengths, in RunOptions options)
    {
        Tensor[] values = shape.Merge == Merge.None ? [input, input] : [input], final = new Tensor[shape.Layers * engine.States];
        int passes = shape.Direction.Count() / values.Length;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            ReadOnlySpan<Tensor> before = initial.Length == 0 ? default : initial.AsSpan(layer * engine.States, engine.States);
            for (int stack = 0; stack < values.Length; stack++)
            {
                Direction direction = values.Length == 1 ? shape.Direction : stack == 0 ? Direction.Forward : Direction.Reverse;
                int first = layer * shape.Direction.Count() + stack;
                (Tensor output, Tensor[] states) = engine.Apply(first..(first + passes), direction, values[stack],
                    values.Length == 1 ? before.ToArray() : Of(before, stack), lengths, options with { Between = 0, First = (layer, stack) });
                output = Merged(output, shape.Merge);
                if (shape.Residual && layer > 0) output += values[stack];
                values[stack] = layer < shape.Layers - 1 && options.Between > 0 ? output.Dropout(options.Between, options.After(layer, stack)) : output;
                for (int state = 0; state < states.Length; state++)
                    final[layer * states.Length + state] = stack == 0 ? states[state] : Tensor.Concat(0, final[layer * states.Length + state], states[state]);
            }
        }
        return (values, final);
    }

    /// <summary>The states of one direction.</summary>
    private static Tensor[] Of(ReadOnlySpan<Tensor> states, int direction)
    {
        Tensor[] own = new Tensor[states.Length];
        for (int i = 0; i < own.Length; i++) own[i] = states[i].Slice(0, direction..(direction + 1));
        return own;
    }

    /// <param name="output">[.., 2·H], both directions side by side, if there are two.</param>
    internal static Tensor Merged(Tensor output, Merge merge)
    {
        if (merge is Merge.Concat or Merge.None) return output;
        int half = output.Shape[^1] / 2;
        Tensor forward = output.Slice(-1, ..half), reverse = output.Slice(-1, half..);
        return merge switch
        {
            Merge.Sum => forward + reverse,
            Merge.Mean => (forward + reverse) * 0.5f,
            _ => forward * reverse,
        };
    }
}
