def compile_fine_tune(model):
    from rps_course import training

    training.compile_head(model, 0.00001)
