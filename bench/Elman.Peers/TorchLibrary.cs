using System.Reflection;
using System.Runtime.InteropServices;

namespace Elman.Peers;

/// <summary>libtorch in this process.</summary>
internal static class TorchLibrary
{
    /// <summary>Loads libtorch; asked first, for TorchSharp itself answers a failure with a page of text and a copy of all its files.</summary>
    /// <exception cref="TorchMissingException">It does not load.</exception>
    public static void Start()
    {
        Assembly assembly = typeof(TorchSharp.torch).Assembly;
        if (!NativeLibrary.TryLoad("torch_cpu", assembly, null, out _) || !NativeLibrary.TryLoad("LibTorchSharp", assembly, null, out _))
            throw new TorchMissingException($"TorchSharp's native library does not load; on Debian 12 run prepare-torchsharp.sh {AppContext.BaseDirectory} after every build");
        TorchSharp.torch.set_num_interop_threads(1);
    }
}

/// <summary>TorchSharp's native library does not load.</summary>
internal sealed class TorchMissingException(string message) : Exception(message);
