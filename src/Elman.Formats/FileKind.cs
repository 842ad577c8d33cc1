namespace Elman.Formats;

/// <summary>What a file is, by its content.</summary>
public enum FileKind
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>A model file of Elman's: safetensors with its own metadata.</summary>
    Elman,

    /// <summary>A safetensors file of anybody's.</summary>
    SafeTensors,

    /// <summary>What <c>torch.save</c> wrote, as a zip file or in the older format.</summary>
    PyTorch,

    /// <summary>An ONNX model.</summary>
    Onnx,

    /// <summary>A Keras model: <c>.keras</c>, a zip file, or <c>.h5</c>.</summary>
    Keras,

    /// <summary>A model of RTNeural's: JSON with layers.</summary>
    RTNeural,
}
