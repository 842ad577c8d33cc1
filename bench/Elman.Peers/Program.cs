using Elman.Peers;

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
