namespace Elman.Peers;

/// <summary>The names under which results are kept and shown.</summary>
internal static class Libraries
{
    public const string Elman = "Elman", Torch = "libtorch", Onnx = "ONNX Runtime", BFloat16 = "Elman, bfloat16 weights";

    /// <summary>Whether a library's idle threads go on spinning for a while.</summary>
    public static bool Spins(string library) => library is Torch or Onnx;
}
