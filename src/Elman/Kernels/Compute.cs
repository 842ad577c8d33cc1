namespace Elman;

/// <summary>The <see cref="ComputeContext"/> of the current thread: one that was handed in, or the process's own.</summary>
/// <example><code>using (Compute.Use(Compute.Current with { Threads = 1 })) output = model.Forward(x);</code></example>
public static class Compute
{
    private static volatile ComputeContext _ofProcess = new();

    [ThreadStatic]
    private static ComputeContext? _ofThread;

    /// <summary>What a call from this thread uses.</summary>
    public static ComputeContext Current => _ofThread ?? _ofProcess;

    /// <summary>Threads that one call from this thread may use. Setting it changes the process's own context, which holds where none is handed in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public static int Threads
    {
        get => Current.Threads;
        set => _ofProcess = _ofProcess with { Threads = value };
    }

    /// <summary>Bytes that one call may hold: see <see cref="ComputeContext.MemoryBudget"/>. Setting it changes the process's own context.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public static long? MemoryBudget
    {
        get => Current.MemoryBudget;
        set => _ofProcess = _ofProcess with { MemoryBudget = value };
    }

    /// <summary>Hands a context in: calls of this thread use it until the scope ends.</summary>
    /// <returns>The scope; it ends on the thread that opened it, innermost first.</returns>
    public static ComputeScope Use(ComputeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Enter(context);
    }

    /// <summary>The context that was handed in, for threads that help; null for the process's own.</summary>
    internal static ComputeContext? HandedIn => _ofThread;

    internal static ComputeScope Enter(ComputeContext? context)
    {
        ComputeScope scope = new(_ofThread);
        _ofThread = context;
        return scope;
    }

    internal static void Leave(ComputeContext? outer) => _ofThread = outer;
}

/// <summary>The time in which a <see cref="ComputeContext"/> holds; see <see cref="Compute.Use"/>.</summary>
public readonly ref struct ComputeScope
{
    private readonly ComputeContext? _outer;

    internal ComputeScope(ComputeContext? outer) => _outer = outer;

    /// <summary>Gives the thread back the context that it had before.</summary>
    public void Dispose() => Compute.Leave(_outer);
}
