namespace Elman.Formats;

/// <summary>The settings of a recurrent layer of Keras.</summary>
/// <param name="Class">SimpleRNN, LSTM or GRU.</param>
/// <param name="Units">H.</param>
/// <param name="Activation">Of the candidate, and of an LSTM's cell on its way out.</param>
/// <param name="Gate">Of the gates.</param>
/// <param name="Bias">Whether there is a bias.</param>
/// <param name="ResetAfter">Whether a GRU resets after the recurrent product.</param>
/// <param name="Backwards">Whether it begins at the last step.</param>
/// <param name="Sequences">Whether it gives the output of every step rather than the last.</param>
/// <param name="ZeroForMask">Whether masked steps have zeros for output.</param>
/// <param name="InputDropout">In training, the share of inputs that are dropped, for a whole sequence.</param>
/// <param name="RecurrentDropout">The same, of the state on its way into the recurrent products.</param>
internal sealed record KerasCell(
    string Class, int Units, Activation Activation, Activation Gate, bool Bias, bool ResetAfter, bool Backwards, bool Sequences, bool ZeroForMask,
    float InputDropout, float RecurrentDropout)
{
    private static readonly string[] OfNoConcern = ["unroll", "implementation", "unit_forget_bias", "use_cudnn"];

    /// <summary>Number of gates.</summary>
    public int Gates => Order.Length;

    private int[] Order => Class switch
    {
        "LSTM" => KerasOrder.Lstm,
        "GRU" => KerasOrder.Gru,
        _ => KerasOrder.Rnn,
    };

    public static KerasCell Of(KerasLayer layer, KerasVersion version)
    {
        KerasSettings settings = new(layer, version);
        settings.Ignore(OfNoConcern);
        settings.Unset("return_state", "a model of one output is read");
        settings.Unset("stateful", "states are values here: save the model with stateful=False and carry them on with OpenStream");
        settings.Unset("time_major", "sequences are [N, L, I] here");
        KerasCell cell = new(
            layer.Class, settings.Size("units"), settings.Activation("activation"),
            layer.Class == "SimpleRNN" ? Elman.Activation.Identity : settings.Activation("recurrent_activation"),
            settings.Flag("use_bias", true), layer.Class == "GRU" && settings.Flag("reset_after", version.Major < 3 ? false : null),
            settings.Flag("go_backwards", false), settings.Flag("return_sequences"), settings.Flag("zero_output_for_mask", false),
            settings.Rate("dropout", 0), settings.Rate("recurrent_dropout", 0));
        settings.Finish();
        return cell;
    }

    /// <summary>The arrays of one direction.</summary>
    public IEnumerable<KerasArray> Arrays(string prefix = "", string within = "")
    {
        yield return new KerasArray("kernel", $"{prefix}cell/vars/0", within);
        yield return new KerasArray("recurrent_kernel", $"{prefix}cell/vars/1", within);
        if (Bias) yield return new KerasArray("bias", $"{prefix}cell/vars/2", within);
    }

    /// <summary>Refuses arrays that do not fit the settings.</summary>
    /// <param name="layer">The layer, for the message.</param>
    /// <param name="arrays">Those of one direction.</param>
    /// <param name="inputs">I.</param>
    public void Check(KerasLayer layer, ReadOnlySpan<Tensor> arrays, int inputs)
    {
        int width = Gates * Units;
        KerasModel.Check(layer, "kernel", arrays[0], inputs, width);
        KerasModel.Check(layer, "recurrent_kernel", arrays[1], Units, width);
        if (Bias) KerasModel.Check(layer, "bias", arrays[2], ResetAfter ? [2, width] : [width]);
    }

    /// <summary>A layer with this cell and fresh weights.</summary>
    public RecurrentLayer Layer(int inputs, Direction direction, Merge merge = Merge.Concat)
    {
        RecurrentOptions options = new()
        {
            Direction = direction,
            Merge = merge,
            Bias = Bias,
            Activations = Activations(),
            InputDropout = InputDropout,
            RecurrentDropout = RecurrentDropout,
        };
        RandomStream random = new(0);
        return Class switch
        {
            "LSTM" => new Lstm(inputs, Units, random, options),
            "GRU" when ResetAfter => new Gru(inputs, Units, random, options),
            "GRU" => new Recurrent<OriginalGruUnit>(inputs, Units, random, options),
            _ => new Rnn(inputs, Units, random, options),
        };
    }

    /// <summary>Adds the parameters of one direction under the names of this library.</summary>
    public void AddParameters(Dictionary<string, Tensor> parameters, ReadOnlySpan<Tensor> arrays, string suffix)
    {
        parameters["weight_ih" + suffix] = KerasOrder.Weight(arrays[0], Order);
        parameters["weight_hh" + suffix] = KerasOrder.Weight(arrays[1], Order);
        if (!Bias) return;
        // One bias is that of the inputs; a GRU with the reset after the product has one for each product.
        parameters["bias_ih" + suffix] = KerasOrder.Bias(ResetAfter ? arrays[2].Select(0, 0) : arrays[2], Order);
        parameters["bias_hh" + suffix] = ResetAfter ? KerasOrder.Bias(arrays[2].Select(0, 1), Order) : Tensor.Zeros(Gates * Units);
    }

    /// <summary>One for each gate here; null for the usual ones.</summary>
    private Activation[]? Activations()
    {
        if (Activation == Elman.Activation.Tanh && (Class == "SimpleRNN" || Gate == Elman.Activation.Sigmoid)) return null;
        return Class switch
        {
            "LSTM" => [Gate, Gate, Activation, Gate, Activation],
            "GRU" => [Gate, Gate, Activation],
            _ => [Activation],
        };
    }
}
