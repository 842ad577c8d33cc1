namespace Elman.Peers;

/// <summary>The names under which results are kept and shown.</summary>
internal static class Libraries
{
    public const string Elman = "Elman", Torch = "libtorch", Onnx = "ONNX Runtime", BFloat16 = "Elman, bfloat16 weights";
}
