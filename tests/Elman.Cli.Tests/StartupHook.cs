/// <summary>
/// .NET calls this in a process whose DOTNET_STARTUP_HOOKS names this assembly: what the process loaded goes into a file when it ends. The runtime
/// finds the class by its name, outside of any namespace.
/// </summary>
internal static class StartupHook
{
    public const string Place = "ELMAN_TEST_LOADED";

    public static void Initialize() => AppDomain.CurrentDomain.ProcessExit += (_, _) => File.WriteAllLines(
        Environment.GetEnvironmentVariable(Place)!,
        [.. AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name!), .. File.Exists("/proc/self/maps") ? File.ReadLines("/proc/self/maps") : []]);
}
