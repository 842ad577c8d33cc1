using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman generate MODEL.</summary>
internal sealed class Generate
{
    private static readonly Sampling Usual = new();

    private readonly Argument<string> _model = new("MODEL") { Description = "A language model." };
    private readonly Option<string> _prompt = new("--prompt") { Description = "The text to go on from; - reads standard input.", HelpName = "text", DefaultValueFactory = _ => "" };
    private readonly Option<int> _length = Checked.WholeNumber("--length", "Tokens to write, at most.", 0, int.MaxValue, Usual.Length);
    private readonly Option<double> _temperature = Checked.RealNumber("--temperature", "Below 1 the likely becomes likelier; 0 takes the likeliest always.", 0, 100, Usual.Temperature);
    private readonly Option<int> _topK = Checked.WholeNumber("--top-k", "How many of the likeliest tokens are drawn from; 0 for all.", 0, int.MaxValue, Usual.TopK);
    private readonly Option<double> _topP = Checked.RealNumber("--top-p", "The likeliest tokens that hold this probability are drawn from.", 0.000001, 1, Usual.TopP);
    private readonly Option<double> _minP = Checked.RealNumber("--min-p", "Tokens less likely than this share of the likeliest are not drawn.", 0, 1, Usual.MinP);
    private readonly Option<double> _penalty = Checked.RealNumber("--repetition-penalty", "Above 1, what was there becomes less likely.", 0.01, 100, Usual.RepetitionPenalty);
    private readonly Option<ulong> _seed = Checked.Seed("--seed", "The same seed writes the same text.", Usual.Seed);
    private readonly Option<int> _samples = Checked.WholeNumber("--samples", "How many texts to write.", 1, 100_000, 1);
    private readonly Option<string[]> _stop = new("--stop") { Description = "A text that ends the writing; may be given several times.", HelpName = "text" };
    private readonly Option<bool> _stream = new("--stream") { Description = "Show each piece as soon as it is there." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the text goes. [default: standard output]", HelpName = "file" };

    public static Verb Create(Terminal terminal)
    {
        var options = new Generate();
        var verb = new Verb("generate", "Write a text with a language model.",
            "elman generate bard.elman --prompt 'ROMEO:' --temperature 0.8 --top-k 40",
            "elman generate bard.elman --prompt 'JULIET:' --samples 3 --seed 7 --stop 'ROMEO:'")
        {
            options._model, options._prompt, options._length, options._temperature, options._topK, options._topP, options._minP, options._penalty, options._seed, options._samples,
            options._stop, options._stream, options._output,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string place = given.GetRequiredValue(_model), prompt = given.GetRequiredValue(_prompt);
        if (given.GetValue(_output) is { } output)
        {
            OutputPlace.CheckApart(output, place);
            OutputPlace.Check(output);
        }

        var file = ModelPlace.Read(place);
        if (file.Task != LanguageModel.TaskName) throw new ElmanException($"{place}: a {file.Task}, which writes no text; give a model that 'elman train generate' made");
        var model = (LanguageModel)TaskRegistry.Load(file);
        if (prompt == "-") prompt = TextFile.Read(prompt, terminal.Input).TrimEnd('\n');
        Sampling sampling = new()
        {
            Length = given.GetValue(_length),
            Temperature = given.GetValue(_temperature),
            TopK = given.GetValue(_topK),
            TopP = given.GetValue(_topP),
            MinP = given.GetValue(_minP),
            RepetitionPenalty = given.GetValue(_penalty),
            Seed = given.GetValue(_seed),
            Stop = [.. (given.GetValue(_stop) ?? []).Where(text => text.Length > 0)],
        };
        int unknown = model.UnknownIn(prompt);
        if (unknown > 0) terminal.Remark($"{Names.Count(unknown, "token")} of the prompt {(unknown == 1 ? "is" : "are")} not known to the model");
        if (given.GetValue(_output) is { } path) AtomicFile.WriteText(path, Texts(model, prompt, sampling, given.GetValue(_samples)));
        else if (given.GetValue(_stream)) Stream(model, prompt, sampling, given.GetValue(_samples), terminal.Out);
        else terminal.Out.Write(Texts(model, prompt, sampling, given.GetValue(_samples)));
        return ExitCode.Done;
    }

    private static string Texts(LanguageModel model, string prompt, Sampling sampling, int samples) =>
        string.Concat(Enumerable.Range(0, samples).Select(sample => $"{Between(sample)}{prompt}{model.Complete(prompt, sampling, sample)}\n"));

    private static void Stream(LanguageModel model, string prompt, Sampling sampling, int samples, TextWriter writer)
    {
        for (int sample = 0; sample < samples; sample++)
        {
            writer.Write(Between(sample) + prompt);
            foreach (string piece in model.Generate(prompt, sampling, sample))
            {
                writer.Write(piece);
                writer.Flush();
            }

            writer.Write("\n");
        }
    }

    private static string Between(int sample) => sample == 0 ? "" : "---\n";
}
