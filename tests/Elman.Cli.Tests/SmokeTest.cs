namespace Elman.Cli.Tests;

public class SmokeTest
{
    [Fact]
    public void The_runner_runs() => Assert.Equal(4, 2 + 2);
}
