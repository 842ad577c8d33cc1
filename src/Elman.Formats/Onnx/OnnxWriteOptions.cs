namespace Elman.Formats;

/// <summary>What an exported graph takes and gives besides the sequences.</summary>
public sealed record OnnxWriteOptions
{
    /// <summary>
    /// Whether the states of recurrent layers are inputs and outputs, each [K·D, N, H], so that a stream can be continued: <c>h</c> → <c>h_next</c>, and
    /// <c>c</c> → <c>c_next</c> of an LSTM, with the path of the layer in front (<c>1.h</c>) if it lies in another module; and what else is carried on, see
    /// docs/formats-onnx.md. Without, every run begins at zero, or at the learnt states. Null, the default, for states wherever they begin at zero and are all that a
    /// stream carries: not if a layer has learnt where it begins, and not if there is a convolution, whose past steps have no place.
    /// </summary>
    public bool? States { get; init; }

    /// <summary>Whether the valid steps of every sequence are an input, <c>lengths</c> [N] of int32. Without, all sequences are as long as the batch.</summary>
    public bool Lengths { get; init; } = true;
}
