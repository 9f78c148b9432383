def markdown(results, tools):
    return ""
