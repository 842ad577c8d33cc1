using Elman.Peers;

int exitCode = 0;
// A thread of its own, which can be kept on one core without those that libraries start (OneCore).
Thread measuring = new(() => exitCode = Run(args));
measuring.Start();
measuring.Join();
return exitCode;

static int Run(string[] args)
{
    try
    {
        Application.Run(Arguments.Parse(args));
        return 0;
    }
    catch (UsageException error)
    {
        Console.Error.WriteLine(error.Message);
        return 2;
    }
    catch (Exception error) when (error is DisagreementException or TorchMissingException or ChildProcessException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
}
