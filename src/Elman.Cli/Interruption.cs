using System.Runtime.InteropServices;

namespace Elman.Cli;

/// <summary>
/// Turns the first Ctrl-C, a request to terminate or the end of the terminal into a cancellation that lets the running batch finish; the second ends the
/// process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Terminal _terminal;

    /// <param name="terminal">Where the training is shown.</param>
    public Interruption(Terminal terminal)
    {
        _terminal = terminal;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle), PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle)];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether already the first request ends the process: nothing is lost yet.</summary>
    public bool AtOnce { get; set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (AtOnce || _source.IsCancellationRequested)
        {
            _terminal.LeaveLive();
            Environment.Exit(ExitCode.Interrupted);
        }

        context.Cancel = true;
        _source.Cancel();
    }
}
