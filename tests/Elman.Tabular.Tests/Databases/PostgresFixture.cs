namespace Elman.Tabular.Tests;

/// <summary>One server for all tests that want one. They run where ELMAN_TEST_POSTGRES=1 asks for them, and skip visibly elsewhere.</summary>
public sealed class PostgresFixture : IDisposable
{
    private readonly PostgresServer? _server;
    private readonly string? _obstacle = "these tests start a PostgreSQL server: set ELMAN_TEST_POSTGRES=1";

    public PostgresFixture()
    {
        if (Environment.GetEnvironmentVariable("ELMAN_TEST_POSTGRES") == "1")
            _server = PostgresServer.TryStart(out _obstacle);
    }

    /// <summary>The server; the test is skipped where there is none.</summary>
    internal PostgresServer Server
    {
        get
        {
            Assert.SkipWhen(_server is null, _obstacle ?? "");
            return _server;
        }
    }

    public void Dispose() => _server?.Dispose();
}
