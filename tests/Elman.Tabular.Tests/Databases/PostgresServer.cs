using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Elman.Tabular.Tests;

/// <summary>
/// A PostgreSQL server of its own in a temporary folder, on a free port of this machine, with one user and a password. It will not run as root;
/// root starts it as the user postgres, whom its package creates.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    public const string Password = "s3cret;Pa'ss wörd";

    private readonly string _folder = Directory.CreateTempSubdirectory("elman-postgres-").FullName;
    private readonly string _programs;

    private PostgresServer(string programs)
    {
        _programs = programs;
        string passwordFile = Path.Combine(_folder, "password");
        File.WriteAllText(passwordFile, Password);
        if (Environment.IsPrivilegedProcess)
            Run("chown", "-R", "postgres", _folder);
        Server("initdb", "-D", Data, "-U", "elman", "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--no-sync");
        Server("pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-o", $"-h 127.0.0.1 -p {Port} -k {_folder} -F", "start");
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; } = FreePort();

    public string ConnectionString => Connection(Password);

    private string Data => Path.Combine(_folder, "data");

    public string Connection(string password, string database = "postgres") =>
        $"Host=127.0.0.1;Port={Port};Username=elman;Password=\"{password}\";Database={database}";

    /// <summary>Starts a server; null with the reason where there is none to start.</summary>
    public static PostgresServer? TryStart(out string? obstacle)
    {
        string[] versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        string? programs = versions.Select(version => Path.Combine(version, "bin")).Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Max();
        obstacle = programs is null ? "PostgreSQL is not installed (Debian: apt-get install postgresql)" : null;
        return programs is null ? null : new PostgresServer(programs);
    }

    public void Dispose()
    {
        // By its data folder, so that no other server is meant.
        Server("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private void Server(string program, params string[] args)
    {
        string path = Path.Combine(_programs, program);
        if (Environment.IsPrivilegedProcess)
            Run("runuser", ["-u", "postgres", "--", path, .. args]);
        else
            Run(path, args);
    }

    /// <summary>Runs a program to its end. Its output is not piped: the server that pg_ctl leaves behind would hold the pipe open.</summary>
    private void Run(string program, params string[] args)
    {
        string quoted = string.Join(' ', args.Prepend(program).Select(arg => "'" + arg.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", quoted + " </dev/null >'" + _folder + "/output' 2>&1"]) { WorkingDirectory = "/" })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} failed: {File.ReadAllText(Path.Combine(_folder, "output"))}");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
