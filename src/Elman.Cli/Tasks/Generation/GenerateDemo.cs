namespace Elman.Cli;

/// <summary>elman demo generate: a model of a hundred kilobytes of Shakespeare, which the command carries with it.</summary>
internal sealed class GenerateDemo : TaskDemo<LanguageModel>
{
    private const string SampleName = "shakespeare.txt", Prompt = "ROMEO:\n";

    protected override string ModelName => "bard.elman";

    public static Verb Create(Terminal terminal) => new GenerateDemo().Create("generate", "Learn to write like Shakespeare, a little.", terminal);

    protected override LanguageModel Train(TrainingContext context)
    {
        var options = new LanguageModelOptions { Hidden = 192, Layers = 1 };
        using var reader = new StreamReader(Sample());
        return LanguageModel.Train(reader.ReadToEnd(), options with { Training = options.Training with { TimeLimit = TimeSpan.FromSeconds(40) } }, context: context);
    }

    protected override (string Files, string Next) Show(LanguageModel model, Func<string, string> place, Terminal terminal)
    {
        AtomicFile.Write(place(SampleName), stream =>
        {
            using var sample = Sample();
            sample.CopyTo(stream);
        });
        terminal.Out.WriteLine(model.Report!.ToString());
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(Prompt + model.Complete(Prompt, new Sampling { Temperature = 0.7, Length = 300 }));
        return ($"and the text as {SampleName}", $"elman generate {place(ModelName)} --prompt 'JULIET:' --temperature 0.7");
    }

    private static Stream Sample() =>
        typeof(GenerateDemo).Assembly.GetManifestResourceStream(SampleName) ?? throw new InvalidOperationException($"the assembly does not carry {SampleName}");
}
