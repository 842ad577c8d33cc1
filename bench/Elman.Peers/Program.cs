using Elman.Peers;

try
{
    return Application.Run(Arguments.Parse(args));
}
catch (UsageException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
catch (Exception error) when (error is DisagreementException or TorchMissingException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
