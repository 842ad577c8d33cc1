using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Which modules train on the current thread, and in which step. A module itself does not know: threads that use it at the same time do not
/// disturb each other.
/// </summary>
internal static class TrainingMode
{
    /// <summary>Null as long as the thread trains nothing, as those that serve predictions.</summary>
    [ThreadStatic]
    private static ConditionalWeakTable<Module, Mode>? _modes;

    [ThreadStatic]
    private static int _inferences;

    /// <summary>The key of a module's masks in the thread's training step; null if the module evaluates.</summary>
    public static DropoutKey? Of(Module module) =>
        _modes is { } modes && _inferences == 0 && modes.TryGetValue(module, out Mode? mode) ? mode.Key : null;

    /// <summary>Sets what <see cref="Of"/> gives. A warm step allocates nothing.</summary>
    public static void Set(Module module, DropoutKey? key)
    {
        if (_modes is null && key is null) return;
        _modes ??= [];
        if (_modes.TryGetValue(module, out Mode? mode)) mode.Key = key;
        else if (key is not null) _modes.Add(module, new Mode { Key = key });
    }

    public static void BeginInference() => _inferences++;

    public static void EndInference() => _inferences--;

    private sealed class Mode
    {
        public DropoutKey? Key { get; set; }
    }
}
